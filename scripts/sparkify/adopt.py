"""Takes over a lake that was copied, moved or renamed: writes the paths in its metadata and catalog anew."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io import FileIO, InputFile
from sqlalchemy import create_engine, text

from sparkify import settings
from sparkify.catalog import made_elsewhere, open_catalog
from sparkify.errors import UserError
from sparkify.manifests import (
    CONTENT,
    DATA_FILE,
    DELETED,
    FILE_PATH,
    MANIFEST_LENGTH,
    MANIFEST_PATH,
    STATUS,
    local,
    position,
    read_avro,
    replace,
    written,
)
from sparkify.progress import say

POSITION_DELETES = 1


def adopt(place: str, schema: str) -> str | None:
    """Write the paths of a lake anew; where it was made, or None if that is here. Repeated, it finishes its work."""
    catalog = open_catalog(place)
    old = made_elsewhere(catalog, place, schema)
    if old is None:
        return None
    moving = _Moving(old, place, catalog)
    locations = moving.locations()
    for number, location in enumerate(locations, start=1):
        moving.read_table(location)
        if sys.stderr.isatty():
            say(f"  {number} of {len(locations)} tables and views are read")
    _check_inside(moving.files, place)
    for name, content in moving.files.items():
        replace(moving.io(name), name, content)
    moving.write_catalog()
    return old


@dataclass
class _Moving:
    """A lake on its way: its files of metadata that are to be written, by their new names."""

    old: str
    new: str
    catalog: SqlCatalog
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if f"{self.new}/".startswith(f"{self.old}/"):
            raise UserError(f"{self.new} lies inside of {self.old}, where it was made; move it out of there first.")
        self._pattern = re.compile(rf"((?:file:(?://)?|s3a?://)?){re.escape(_bare(self.old))}(?=/|$)")

    def path(self, name: str) -> str:
        """A path at the new place; paths of other places stay."""
        found = self._pattern.match(name)
        return f"{found.group(1)}{_bare(self.new)}{name[found.end() :]}" if found else name

    def locations(self) -> list[str]:
        """The metadata file of each table and view that was made in the old place."""
        with self.catalog.engine.connect() as connection:
            found: Any = connection.execute(text("select metadata_location from iceberg_tables")).fetchall()
        inside = [location for (location,) in found if self.path(location) != location]
        if inside and not self._catalog_is_inside() and self.io(inside[0]).new_input(inside[0]).exists():
            raise UserError(
                f"The catalog of {self.new} is that of {self.old}, which is still there; copy the catalog to the"
                " place that it has without SPARKIFY_CATALOG_URI, or remove the old lake."
            )
        return inside

    def _catalog_is_inside(self) -> bool:
        return "SPARKIFY_CATALOG_URI" not in os.environ or self._catalog_file().is_relative_to(self.new)

    def _catalog_file(self) -> Path:
        return Path(settings.catalog_url(self.new).removeprefix("jdbc:sqlite:"))

    def io(self, name: str) -> FileIO:
        """How a file is reached."""
        return self.catalog._load_file_io(self.catalog.properties, name)

    def read_table(self, location: str) -> None:
        """Read the metadata of a table or view, and all that it refers to."""
        name = self.path(location)
        content = self._read(name)
        packed = content.startswith(b"\x1f\x8b")
        metadata = json.loads(gzip.decompress(content) if packed else content)
        for snapshot in metadata.get("snapshots", []):
            self._read_manifest_list(self.path(snapshot["manifest-list"]))
        moved = json.dumps(self._json(metadata)).encode()
        self.files[name] = gzip.compress(moved) if packed else moved

    def _json(self, value: Any) -> Any:
        """All texts of a JSON value that are paths of the old place, at the new one."""
        if isinstance(value, dict):
            return {key: self._json(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._json(part) for part in value]
        return self.path(value) if isinstance(value, str) else value

    def _read_manifest_list(self, name: str) -> None:
        with read_avro(self._input(name)) as file:
            at, length = position(file, MANIFEST_PATH), position(file, MANIFEST_LENGTH)
            records = list(file)
            for record in records:
                record[at] = self.path(record[at])
                if record[at] not in self.files:
                    self._read_manifest(record[at])
                record[length] = len(self.files[record[at]])
            self.files[name] = written(file, "manifest_file", records)

    def _read_manifest(self, name: str) -> None:
        with read_avro(self._input(name)) as file:
            entry, status = position(file, DATA_FILE), position(file, STATUS)
            data_file: Any = file.schema.fields[entry].field_type
            positions = {field.field_id: at for at, field in enumerate(data_file.fields)}
            records = list(file)
            for record in records:
                found = record[entry]
                found[positions[FILE_PATH]] = self.path(found[positions[FILE_PATH]])
                if record[status] != DELETED:
                    self._check_data_file(found[positions[FILE_PATH]], found[positions[CONTENT]])
            self.files[name] = written(file, "manifest_entry", records)

    def _check_data_file(self, name: str, content: int) -> None:
        if content == POSITION_DELETES:
            raise UserError(
                f"{name} names files that rows are deleted of; rewrite its table's data files before the move."
            )
        if not self._is_there(name):
            raise _missing(name)

    def _is_there(self, name: str) -> bool:
        return self.io(name).new_input(name).exists() if settings.is_uri(self.new) else os.path.exists(local(name))

    def _input(self, name: str) -> InputFile:
        if not self._is_there(name):
            raise _missing(name)
        return self.io(name).new_input(name)

    def _read(self, name: str) -> bytes:
        with self._input(name).open() as file:
            return file.read()

    def write_catalog(self) -> None:
        """Write the paths of the catalog anew, in one step."""
        if not settings.catalog_url(self.new).startswith("jdbc:sqlite:"):
            self._update_catalog(settings.catalog_uri(self.new))
            return
        file = self._catalog_file()
        aside = file.with_name(f".{file.name}.new")
        shutil.copyfile(file, aside)
        self._update_catalog(settings.sqlalchemy_uri(f"jdbc:sqlite:{aside}", "", ""))
        aside.replace(file)

    def _update_catalog(self, url: str) -> None:
        engine = create_engine(url)
        with engine.begin() as connection:
            for table, column in (
                ("iceberg_tables", "metadata_location"),
                ("iceberg_tables", "previous_metadata_location"),
                ("iceberg_namespace_properties", "property_value"),
            ):
                query = text(f"select distinct {column} from {table} where {column} is not null")
                found: Any = connection.execute(query).fetchall()
                for (value,) in found:
                    if self.path(value) != value:
                        connection.execute(
                            text(f"update {table} set {column} = :new where {column} = :old"),
                            {"new": self.path(value), "old": value},
                        )
        engine.dispose()


def _bare(place: str) -> str:
    return place.partition("://")[2] or place


def _missing(name: str) -> UserError:
    return UserError(f"{name} is missing; copy the whole lake, and not while a run writes there.")


def _check_inside(files: dict[str, bytes], place: str) -> None:
    if settings.is_uri(place):
        return
    for folder in {os.path.dirname(local(name)) for name in files}:
        if not os.path.realpath(folder).startswith(os.path.realpath(place) + "/"):
            raise UserError(f"{folder} is a link to {os.path.realpath(folder)}, outside of the lake; copy it instead.")
