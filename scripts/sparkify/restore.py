"""Put every table of the lake back to what it was after an earlier run.

As many runs can be restored as versions are kept (var kept_versions). Raw files that arrived since then are built in
again by the next run: take away or correct what was wrong with them first.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sparkify import lake, metastore, settings
from sparkify.errors import UserError


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/restore."""
    arguments = argparse.ArgumentParser(
        prog="scripts/restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="the runs that can be restored, the newest first")
    what.add_argument("--run", help="id of the run whose tables come back, as --list shows it")
    arguments.add_argument("--lake", help="the lake's folder (default: SPARKIFY_LAKE, or lake/)")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if the tables are back, 1 if that failed, 2 if there is no such run."""
    options = parser().parse_args(argv)
    try:
        places = settings.resolve(lake=options.lake)
        runs = restorable(lake.published_runs(places.lake, places.schema))
        if not runs:
            raise UserError(f"There are no tables in {places.lake}; name the lake with --lake.")
        if options.list:
            print("\n".join(reversed(runs)))
            return 0
        if options.run not in runs:
            raise UserError(f"{options.run} is no run that can be restored; ./scripts/restore --list names them.")
        settings.check_lake(places.lake)
        metastore.check_free(Path(places.metastore))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    os.environ.update(places.environment())
    from sparkify import dbt

    if not dbt.run("run-operation", "restore", "--args", f"{{run: {options.run}}}"):
        return 1
    print(f"The tables are as they were after {options.run}.")
    return 0


def restorable(published: dict[str, list[str]]) -> list[str]:
    """The runs as of which every table but the ledger still has a version, oldest first."""
    kept = [runs for table, runs in published.items() if table != "run_ledger"]
    if not kept:
        return []
    oldest = max(runs[0] for runs in kept)
    return sorted({run for runs in kept for run in runs if run >= oldest})


if __name__ == "__main__":
    sys.exit(main())
