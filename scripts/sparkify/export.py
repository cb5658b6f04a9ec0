"""Writes tables as plain parquet, a folder each, for readers that know no Iceberg: DIR/songplays/*.parquet."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import sys
import uuid
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow.fs
import pyarrow.parquet
from pyiceberg.io.pyarrow import PyArrowFileIO

from sparkify import lake, s3, settings
from sparkify.catalog import s3_properties
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.settings import Settings, is_uri

STAR = ("songplays", "users", "songs", "artists", "time")
FILE_ROWS, GROUP_ROWS = 2_000_000, 100_000
AT_FDCWD, EXCHANGE = -100, 2


def export(place: str | None, to: str, more: Iterable[str]) -> int:
    """Write the star and more tables; 1 if one could not be written, UserError if nothing was begun."""
    try:
        write(settings.resolve(lake=place), settings.from_caller(to), dict.fromkeys((*STAR, *more)))
    except (OSError, duckdb.Error) as error:
        print(f"The export stopped: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


class Target(Protocol):
    """Where folders of files are replaced."""

    filesystem: Any

    def check(self, name: str) -> None:
        """UserError if a table's folder has other files, which nobody may want to lose."""

    def aside(self, name: str) -> str:
        """An empty folder for the new files of a table, as `filesystem` names it."""

    def replace(self, name: str) -> str:
        """Put the new files of a table in the place of the old ones; where that is."""

    def close(self) -> None:
        """Let others write."""


def write(places: Settings, to: str, names: Iterable[str]) -> None:
    """Write tables, one after the other, each as the snapshot that is current now."""
    for place in (places.lake, places.raw):
        if f"{to}/".startswith(f"{place}/") or f"{place}/".startswith(f"{to}/"):
            raise UserError(f"{to} and {place} lie in one another; name another folder by --to.")
    connection = lake.connect(places.lake, places.schema, with_zones=True)
    for name in names:
        if name not in connection.names or name.startswith(".") or "/" in name:
            raise UserError(f"There is no table {name} in {places.lake}; sparkify query 'show tables' names them.")
    found = {name: connection.sql(f"select * from {lake.identifier(name)}") for name in names}
    target: Target = _Bucket(to) if is_uri(to) else _Folder(to)
    with closing(target):
        for name in names:
            target.check(name)
        for name, rows in found.items():
            count = _write(rows, target.filesystem, target.aside(name), name)
            say(f"{name}: {count:,} rows in {target.replace(name)}")


def _write(rows: duckdb.DuckDBPyRelation, filesystem: Any, folder: str, name: str) -> int:
    """Write rows as files of a bounded size, as they come; how many they were."""
    reader = rows.to_arrow_reader(GROUP_ROWS)
    count = number = 0
    batches = iter(reader)
    batch = next(batches, None)
    while number == 0 or batch is not None:
        file, until = f"{folder}/part-{number:05}.parquet", count + FILE_ROWS
        with pyarrow.parquet.ParquetWriter(
            file, reader.schema, filesystem=filesystem, compression="zstd", store_schema=False
        ) as writer:
            while batch is not None and count < until:
                writer.write_batch(batch)
                count += len(batch)
                batch = next(batches, None)
        number += 1
        if batch is not None and sys.stderr.isatty():
            say(f"  {name}: {count:,} rows")
    return count


class _Folder:
    """A local folder with the folders of tables."""

    def __init__(self, to: str) -> None:
        self.filesystem = pyarrow.fs.LocalFileSystem()
        self._to = Path(to)
        try:
            self._to.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(to, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(f"Another export writes into {to}; wait until it has ended.") from error
        except OSError as error:
            raise UserError(f"{to} can't be written ({error.strerror}); name another folder by --to.") from error

    def close(self) -> None:
        """See Target."""
        os.close(self._lock)

    def check(self, name: str) -> None:
        """See Target."""
        folder = self._to / name
        is_there = folder.exists() or folder.is_symlink()
        others = folder.is_symlink() or not folder.is_dir() or any(map(_is_other, folder.iterdir()))
        if is_there and others:
            raise UserError(f"{folder} is no folder of parquet files alone; name another place by --to.")

    def aside(self, name: str) -> str:
        """See Target."""
        folder = self._to / f".{name}.unfinished"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return str(folder)

    def replace(self, name: str) -> str:
        """See Target."""
        new, old, gone = self._to / f".{name}.unfinished", self._to / name, self._to / f".{name}.old"
        shutil.rmtree(gone, ignore_errors=True)
        if not old.exists():
            new.rename(old)
        elif _exchange(new, old):
            shutil.rmtree(new)
        else:
            old.rename(gone)
            new.rename(old)
            shutil.rmtree(gone)
        return str(old)


def _is_other(path: Path) -> bool:
    return path.suffix != ".parquet" or not path.is_file()


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system can't."""
    system: Any = ctypes.CDLL(None)
    paths = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            return bool(system.renamex_np(*paths, EXCHANGE) == 0)
        return bool(system.renameat2(AT_FDCWD, paths[0], AT_FDCWD, paths[1], EXCHANGE) == 0)
    except AttributeError:
        return False


class _Bucket:
    """A place on S3 with the folders of tables."""

    def __init__(self, to: str) -> None:
        s3.check_writable(to, "--to")
        self._to = to
        self._client = s3.Client(to, "--to")
        self._above = f"{self._client.key}/" if self._client.key else ""
        self._id = uuid.uuid4().hex[:12]
        io: Any = PyArrowFileIO(s3_properties())
        self.filesystem = io.fs_by_scheme("s3", self._client.bucket)

    def close(self) -> None:
        """See Target."""

    def _keys(self, folder: str) -> list[str]:
        return [key for key in self._client.keys(f"{self._above}{folder}/") if not key.endswith("/")]

    def check(self, name: str) -> None:
        """See Target."""
        for key in self._keys(name):
            below = key.removeprefix(f"{self._above}{name}/")
            if "/" in below or not below.endswith(".parquet"):
                raise UserError(f"{self._to}/{name} has other files than parquet; name another place by --to.")

    def aside(self, name: str) -> str:
        """See Target."""
        self._delete(self._keys(f".{name}.unfinished"))
        return f"{self._client.bucket}/{self._above}.{name}.unfinished"

    def replace(self, name: str) -> str:
        """See Target."""
        old, new = self._keys(name), self._keys(f".{name}.unfinished")
        for key in new:
            self._client.ask(
                "write",
                self._client.s3.copy_object,
                Key=f"{self._above}{name}/{self._id}-{key.rpartition('/')[2]}",
                CopySource={"Bucket": self._client.bucket, "Key": key},
            )
        self._delete(old)
        self._delete(new)
        return f"{self._to}/{name}"

    def _delete(self, keys: list[str]) -> None:
        for key in keys:
            self._client.ask("write", self._client.s3.delete_object, Key=key)
