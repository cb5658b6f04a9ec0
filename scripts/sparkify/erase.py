"""Remove a user from every table and file of the lake, for good: later runs and full refreshes leave the user out, too.

Shows what it would delete and asks first. Raw files are not changed; those that hold rows of the user are named. Nobody
can go back to older snapshots of the tables afterwards, as these are deleted too.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

from sparkify import lake, maintain, settings
from sparkify.errors import UserError
from sparkify.settings import Settings


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/erase."""
    arguments = argparse.ArgumentParser(
        prog="scripts/erase", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("user", type=int, help="the user's id, as in the column user_id")
    arguments.add_argument("--raw", help="folder or s3 URI of the raw data (default: SPARKIFY_RAW, or raw/)")
    arguments.add_argument("--yes", action="store_true", help="do not ask")
    arguments.add_argument("--lake", help="folder or s3 URI of the tables (default: SPARKIFY_LAKE, or lake/)")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if the user is gone, 1 if a step failed (then run it again), 2 if the settings can't work."""
    options = parser().parse_args(argv)
    try:
        places = settings.resolve(options.raw, options.lake)
        settings.check(places)
        raw_files = _raw_files(places, options.user)
        if not raw_files:
            raise UserError(f"There is no row of the user {options.user} in {places.lake}; nothing was changed.")
        if not options.yes and not _confirmed(options.user, places, sum(rows for _, rows in raw_files)):
            return 1
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    os.environ.update(places.environment())
    from sparkify import dbt

    # As macros/erasure.sql has it; not to keep a secret, but to keep no list of ids.
    user_hash = hashlib.md5(str(options.user).encode(), usedforsecurity=False).hexdigest()
    steps = (
        ("run-operation", "erase_user", "--args", f"{{user_hash: {user_hash}}}"),
        ("build", "--exclude-resource-types", "unit_test"),
    )
    if not all(dbt.run(*step) for step in steps):
        print(f"User {options.user} is not erased yet; mend what failed and run this again.", file=sys.stderr)
        return 1
    # Files of interrupted runs go as well, however young they are.
    maintain.tidy(places.lake, places.schema, keep=1, age=0)
    print(f"User {options.user} is erased from {places.lake}.")
    for place, rows in raw_files:
        print(f"Raw rows of the user, not changed: {rows:,} in {place}")
    return 0


def _confirmed(user: int, places: Settings, rows: int) -> bool:
    if not sys.stdin.isatty():
        raise UserError(f"Nobody is there to confirm that user {user} ({rows:,} log rows) is deleted; say --yes.")
    answer = input(f"Delete user {user} ({rows:,} log rows, and all that follows from them) from {places.lake}? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


def _raw_files(places: Settings, user: int) -> list[tuple[str, int]]:
    """The raw files that hold rows of the user, as far as the lake knows, with their number."""
    with lake.connect(places.lake, places.schema) as connection:
        rows = connection.execute(
            f"select source_file, count(*) from {places.schema}_staging.int_log_rows"
            " where user_id = ? or regexp_extract(raw_text, '\"userId\"[ ]*:[ ]*\"?([0-9]+)', 1) = ? group by all order by all",
            [user, str(user)],
        ).fetchall()
    return [(_path(uri), count) for uri, count in rows]


def _path(uri: str) -> str:
    parsed = urlparse(uri)
    return str(Path(unquote(parsed.path))) if parsed.scheme == "file" else uri


if __name__ == "__main__":
    sys.exit(main())
