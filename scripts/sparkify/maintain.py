"""Expire old snapshots of a lake's tables, and delete the files that no snapshot needs any more.

Snapshots that are kept can be restored (scripts/restore). Nothing here starts Spark.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import pyarrow.fs
from pyiceberg.table import Table

from sparkify import lake, settings
from sparkify.errors import UserError
from sparkify.progress import say

# A file that a run is writing belongs to no snapshot yet.
SECONDS_OF_UNFINISHED_FILES = 24 * 3600


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/maintain."""
    arguments = argparse.ArgumentParser(
        prog="scripts/maintain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--lake", help="folder or s3 URI of the tables (default: SPARKIFY_LAKE, or lake/)")
    arguments.add_argument("--keep", type=int, default=10, help="snapshots of each table that stay (default: 10)")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if the lake is tidy, 2 if it can't be made so."""
    options = parser().parse_args(argv)
    try:
        if options.keep < 1:
            raise UserError(f"--keep is {options.keep}; give a whole number, 1 or more.")
        places = settings.resolve(lake=options.lake)
        expired, deleted = tidy(places.lake, places.schema, options.keep)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{expired:,} snapshots expired, {deleted:,} files deleted.")
    return 0


def tidy(place: str, schema: str, keep: int, *, age: float = SECONDS_OF_UNFINISHED_FILES) -> tuple[int, int]:
    """Expire all but the newest `keep` snapshots of each table and delete what is `age` seconds old and unused."""
    expired = deleted = 0
    tables = list(all_tables(place, schema))
    for number, table in enumerate(tables, start=1):
        old = [snapshot.snapshot_id for snapshot in sorted(table.snapshots(), key=lambda one: one.timestamp_ms)[:-keep]]
        current = table.metadata.current_snapshot_id
        if old := [snapshot for snapshot in old if snapshot != current]:
            table.maintenance.expire_snapshots().by_ids(old).commit()
        expired += len(old)
        deleted += _delete_unused(table, age)
        if sys.stderr.isatty():
            say(f"  {number} of {len(tables)} tables")
    return expired, deleted


def all_tables(place: str, schema: str) -> Iterator[Table]:
    """Every table of a lake, intermediate ones too."""
    for name in (schema, f"{schema}_staging"):
        yield from (found.table for found in lake.tables(place, name).values())


def _delete_unused(table: Table, age: float) -> int:
    """Delete the files of a table's folder that no snapshot refers to."""
    files, root = pyarrow.fs.FileSystem.from_uri(table.location().removeprefix("file:")) if "://" not in table.location() else (
        table.io.fs_by_scheme(table.location().partition("://")[0], None),  # type: ignore[attr-defined]
        table.location().partition("://")[2],
    )
    used = {_path(name) for name in _used(table)}
    unused = [
        info.path
        for info in files.get_file_info(pyarrow.fs.FileSelector(root, recursive=True))
        if info.is_file and _path(info.path) not in used and time.time() - info.mtime.timestamp() >= age
    ]
    for path in unused:
        files.delete_file(path)
    return len(unused)


def _used(table: Table) -> Iterator[str]:
    yield table.metadata_location
    yield from (entry.metadata_file for entry in table.metadata.metadata_log)
    for snapshot in table.snapshots():
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            yield manifest.manifest_path
            yield from (entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io))


def _path(name: str) -> str:
    return name.removeprefix("file:").partition("://")[2] or name.removeprefix("file:")


if __name__ == "__main__":
    sys.exit(main())
