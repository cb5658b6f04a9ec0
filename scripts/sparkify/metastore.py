"""The embedded metastore: one process at a time has it open."""

from __future__ import annotations

import argparse
import fcntl
import sys
import time
from pathlib import Path

from sparkify.errors import UserError


def check_free(metastore: Path) -> None:
    """Raise UserError if another process has the metastore open; Derby itself would try for half a minute first."""
    # Derby holds this file locked while it has the database open.
    lock = metastore / "dbex.lck"
    if not lock.exists():
        return
    with lock.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError(
                f"Another run has the metastore {metastore} open; wait until it ends, or use another lake."
            ) from error


def main(argv: list[str] | None = None) -> int:
    """For scripts/spark/spark-env.sh: return when the metastore is free, and say so if that takes a while."""
    arguments = argparse.ArgumentParser(prog="sparkify.metastore", description=__doc__)
    arguments.add_argument("metastore", type=Path, help="folder of the Derby database")
    metastore = arguments.parse_args(argv).metastore
    said = False
    while True:
        try:
            check_free(metastore)
            return 0
        except UserError:
            if not said:
                print(f"Waiting for another run, which has the metastore {metastore} open ...", file=sys.stderr)
            said = True
            time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
