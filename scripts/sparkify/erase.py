"""Removes a user from every table and file of a lake, for good."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyarrow.compute as compute
import pyarrow.dataset

from sparkify import environment, lake, maintain, settings
from sparkify.errors import UserError
from sparkify.manifests import forget_deleted_files
from sparkify.progress import say
from sparkify.settings import Settings
from sparkify.snapshots import all_tables


def erase(user: int, raw: str | None, place: str | None, is_confirmed: bool) -> int:
    """0 if the user is gone, 1 if a step failed (run it again) or nobody said yes; UserError if there is no row."""
    # As macros/runs/erasure.sql has it; not to keep a secret, but to keep no list of ids.
    user_hash = hashlib.md5(str(user).encode(), usedforsecurity=False).hexdigest()
    places = settings.resolve(raw, place)
    settings.check(places)
    rows, raw_files, is_known = _found(places, user, user_hash)
    # One that was stopped on its way is finished.
    if not rows and not is_known:
        raise UserError(f"There is no row of the user {user} in {places.lake}; nothing was changed.")
    if rows:
        if not is_confirmed and not sys.stdin.isatty():
            raise UserError(f"Nobody is there to confirm that user {user} is deleted; say --yes.")
        _show(user, rows, raw_files)
        if not is_confirmed and not _confirmed(places):
            say("Nothing was changed.")
            return 1
    os.environ.update(places.environment())
    environment.prepare()
    # dbt and Spark take seconds to import.
    from sparkify import dbt

    steps = (("run-operation", "erase_user", "--args", f"{{user_hash: {user_hash}}}"), ("run",))
    if not all(dbt.run(*step) for step in steps):
        print(f"User {user} is not erased yet; mend what failed and run this again.", file=sys.stderr)
        return 1
    say("Deleting older snapshots and their files ...")
    # Files of interrupted runs go as well, however young they are.
    maintain.tidy(places.lake, places.schema, keep=0, age=0)
    for table in all_tables(places.lake, places.schema):
        forget_deleted_files(table)
    maintain.delete_unused(places.lake, places.schema, age=0)
    if left := files_with(places.lake, places.schema, user):
        print(f"User {user} is still in {len(left)} files, such as {left[0]}; run this again.", file=sys.stderr)
        return 1
    print(f"User {user} is erased from {places.lake}.")
    for place, count in raw_files:
        print(f"Raw rows of the user, not changed: {count:,} in {place}")
    return 0


def _show(user: int, rows: dict[str, int], raw_files: list[tuple[str, int]]) -> None:
    say(f"Rows of user {user}:")
    for name, count in rows.items():
        say(f"  {count:>8,}  {name}")
    say(f"They come from {len(raw_files)} raw files, which stay as they are.")


def _confirmed(places: Settings) -> bool:
    say(f"Delete them, all that follows from them, and all older snapshots from {places.lake}? [y/N]")
    return input().strip().lower() in ("y", "yes")


def _in_text(user: int) -> str:
    """A regular expression for raw lines of a user, as macros/engine/user_in_text.sql reads them."""
    return rf'"userId"[ ]*:[ ]*"?{user}([^0-9]|$)'


def _found(places: Settings, user: int, user_hash: str) -> tuple[dict[str, int], list[tuple[str, int]], bool]:
    """Rows of the user by table and by raw file, and whether the user was erased before."""
    rows: dict[str, int] = {}
    staging = f"{places.schema}_staging"
    with lake.connect(places.lake, places.schema) as connection:
        columns = connection.execute(
            "select table_schema, table_name from information_schema.columns where column_name = 'user_id' order by all"
        ).fetchall()
        stored = {name: set(lake.tables(places.lake, name)) for name in (places.schema, staging)}
        for schema, table in columns:
            if table in stored.get(schema, ()):
                in_text = f"or regexp_matches(raw_text, '{_in_text(user)}')" if table == "int_log_rows" else ""
                (count,) = connection.execute(
                    f'select count(*) from "{schema}"."{table}" where user_id = {user} {in_text}'
                ).fetchone()  # type: ignore[misc]
                rows |= {f"{schema}.{table}": count} if count else {}
        raw_files = connection.execute(
            f"select source_file, count(*) from {staging}.int_log_rows where user_id = {user} or"
            f" regexp_matches(raw_text, '{_in_text(user)}') group by all order by all"
        ).fetchall()
        erased = connection.execute(
            f"select count(*) from {staging}.erased_users where user_hash = '{user_hash}'"
        ).fetchone()
    return rows, [(_path(uri), count) for uri, count in raw_files], bool(erased and erased[0])


def files_with(place: str, schema: str, user: int) -> list[str]:
    """The data files of a lake that hold the user's id, whether a snapshot refers to them or not."""
    found = []
    for info, files in maintain.files_of(place, schema):
        if not info.path.endswith(".parquet"):
            continue
        data = pyarrow.dataset.dataset(info.path, filesystem=files, format="parquet")
        conditions = []
        if "user_id" in data.schema.names:
            conditions.append(compute.field("user_id") == user)
        if "raw_text" in data.schema.names:
            conditions.append(compute.match_substring_regex(compute.field("raw_text"), _in_text(user)))
        if any(data.count_rows(filter=condition) for condition in conditions):
            found.append(info.path)
    return found


def _path(uri: str) -> str:
    parsed = urlparse(uri)
    return str(Path(unquote(parsed.path))) if parsed.scheme == "file" else uri
