"""Expires old snapshots, joins small files, and deletes files that no snapshot needs."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pyarrow.fs
from pyiceberg.manifest import ManifestFile
from pyiceberg.table import Table
from sqlalchemy import text

from sparkify import environment, settings
from sparkify.catalog import open_catalog
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.settings import Settings
from sparkify.snapshots import KEPT_SINCE, MissingError, all_tables, as_of, is_aside, runs, state

KEPT_RUNS, KEPT_HOURS = 10, 24
# So many files of a partition, each smaller than this, are joined (macros/runs/maintenance.sql).
SMALL_FILES, SMALL_BYTES = 5, 96 * 1024 * 1024


def is_due(places: Settings) -> bool:
    """Whether so much can be expired that maintenance is worth its time."""
    tables = all_tables(places.lake, places.schema)
    since, needed = _needed(tables, KEPT_RUNS, KEPT_HOURS * 3600)
    return any(len(_old(table, since, needed)) >= KEPT_RUNS for table in tables)


def maintain(places: Settings, keep: int = KEPT_RUNS, hours: float = KEPT_HOURS) -> bool:
    """Join small files, expire snapshots and delete what nobody needs; False if Spark could not join files."""
    names = [table.name() for table in all_tables(places.lake, places.schema) if has_small_files(table)]
    joined = True
    if names:
        os.environ.update(places.environment())
        environment.prepare()
        # dbt and Spark take seconds to import.
        from sparkify import dbt

        say(f"Joining the small files of {', '.join(name for _, name in names)} ...")
        tables = json.dumps({"tables": [".".join(name) for name in names]})
        joined = dbt.run("run-operation", "join_small_files", "--args", tables)
    expired, deleted = tidy(places.lake, places.schema, keep, hours * 3600)
    say(f"{expired:,} snapshots expired, {deleted:,} files deleted.")
    return joined


def has_small_files(table: Table) -> bool:
    """Whether a partition of a table has so many small files that joining them is worth it."""
    small = Counter(
        repr(task.file.partition) for task in table.scan().plan_files() if task.file.file_size_in_bytes < SMALL_BYTES
    )
    return not is_aside(table) and max(small.values(), default=0) >= SMALL_FILES


def tidy(place: str, schema: str, keep: int, age: float) -> tuple[int, int]:
    """Expire the snapshots of older runs than the newest `keep`, and delete unused files; how many of both.

    What is younger than `age` seconds stays. With `keep` 0 only what is current stays.
    """
    tables = all_tables(place, schema)
    since, needed = _needed(tables, keep, age)
    expired = 0
    for number, table in enumerate(tables, start=1):
        if is_aside(table) and time.time() - table.metadata.last_updated_ms / 1000 >= age:
            open_catalog(place).drop_table(table.name())
        elif old := _old(table, since, needed):
            kept_since = max(min(since, table.metadata.last_updated_ms), int(table.properties.get(KEPT_SINCE, "0")))
            with table.transaction() as transaction:
                transaction.set_properties({KEPT_SINCE: str(kept_since)})
            table.maintenance.expire_snapshots().by_ids(old).commit()
            expired += len(old)
        if sys.stderr.isatty():
            say(f"  {number} of {len(tables)} tables")
    return expired, delete_unused(place, schema, age)


def _needed(tables: list[Table], keep: int, age: float) -> tuple[int, set[int]]:
    """The time (epoch milliseconds) since which snapshots are needed, and older ones that next builds compare with."""
    if keep == 0:
        return sys.maxsize, set()
    known = runs(tables)
    since = min(int((time.time() - age) * 1000), known[-keep].end if len(known) >= keep else 0)
    return since, {int(read) for table in tables for read in _inputs(table).values() if read}


def _inputs(table: Table) -> dict[str, str]:
    """The snapshots of other tables that a table was last built from."""
    for entry in reversed(table.metadata.snapshot_log):
        snapshot = table.snapshot_by_id(entry.snapshot_id)
        if snapshot is not None and (said := state(table, snapshot)):
            return dict(said["inputs"])
    return {}


def _old(table: Table, since: int, needed: set[int]) -> list[int]:
    """The snapshots that were current neither at nor after a time, and are not needed otherwise."""
    kept = {ref.snapshot_id for ref in table.metadata.refs.values()} | needed
    kept |= {entry.snapshot_id for entry in table.metadata.snapshot_log if entry.timestamp_ms > since}
    with suppress(MissingError):
        kept |= {found.snapshot_id for found in [as_of(table, since)] if found}
    return [one.snapshot_id for one in table.snapshots() if one.snapshot_id not in kept and one.timestamp_ms <= since]


def delete_unused(place: str, schema: str, age: float) -> int:
    """Delete the files in the folders of a lake's tables that nothing refers to."""
    tables = all_tables(place, schema)
    used = {_path(name) for name in _used(place, tables)}
    found = list(files_of(place, schema))
    there = {info.path for info, _ in found}
    for table in tables:
        for task in table.scan().plan_files():
            if _path(task.file.file_path) not in there:
                raise UserError(f"{task.file.file_path} is missing, or under another name; no file was deleted.")
    # The clock of an object store may be ahead.
    old = [(info, files) for info, files in found if not age or time.time() - info.mtime.timestamp() >= age]
    unused = [(info, files) for info, files in old if _owner(info.path) not in used]
    for info, files in unused:
        files.delete_file(info.path)
    return len(unused)


def _owner(path: str) -> str:
    """The file that a file is about: itself, but of Hadoop's checksums."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name[1:-4]}" if name.startswith(".") and name.endswith(".crc") else path


def files_of(place: str, schema: str) -> Iterator[tuple[pyarrow.fs.FileInfo, pyarrow.fs.FileSystem]]:
    """The files in the folders of a lake's tables, whether a snapshot refers to them or not, and how to reach them."""
    files: Any = pyarrow.fs.LocalFileSystem()
    if settings.is_uri(place):
        io: Any = all_tables(place, schema)[0].io
        files = io.fs_by_scheme("s3", None)
    for name in (schema, f"{schema}_staging"):
        # Paths are those of the metadata, even where a link leads to the lake.
        root = _path(open_catalog(place).load_namespace_properties(name).get("location", f"{place}/{name}"))
        for info in files.get_file_info(pyarrow.fs.FileSelector(root, recursive=True, allow_not_found=True)):
            parts = info.path[len(root) :].split("/")
            if info.is_file and len(parts) > 3 and parts[2] in ("data", "metadata"):
                yield info, files


def _used(place: str, tables: list[Table]) -> Iterator[str]:
    with open_catalog(place).engine.connect() as connection:
        # Those of views, too.
        for row in connection.execute(text("select metadata_location, previous_metadata_location from iceberg_tables")):
            yield from (name for name in row if name)
    for table in tables:
        yield from (entry.metadata_file for entry in table.metadata.metadata_log)
        yield from (file.statistics_path for file in table.metadata.statistics)
        manifests: dict[str, ManifestFile] = {}
        for snapshot in table.snapshots():
            yield snapshot.manifest_list
            manifests |= {manifest.manifest_path: manifest for manifest in snapshot.manifests(table.io)}
        for path, manifest in manifests.items():
            yield path
            yield from (entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io))


def _path(name: str) -> str:
    """A path as PyArrow lists it: of S3 with the bucket, and without the scheme."""
    return name.removeprefix("file:").partition("://")[2] or name.removeprefix("file:").replace("///", "/")
