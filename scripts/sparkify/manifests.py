"""Iceberg's manifest lists and manifests, which are Avro: read, and written as they were but for some values."""

from __future__ import annotations

import io
import re
from pathlib import Path

from pyiceberg.avro.file import AvroFile, AvroOutputFile
from pyiceberg.io import FileIO, InputFile, OutputFile, OutputStream
from pyiceberg.manifest import clear_manifest_cache
from pyiceberg.table import Table
from pyiceberg.typedef import Record

# Ids of fields in a manifest list and in a manifest, and a status.
MANIFEST_PATH, MANIFEST_LENGTH, DELETED_FILES, DELETED_ROWS = 500, 501, 506, 514
STATUS, DATA_FILE, FILE_PATH, CONTENT = 0, 2, 100, 134
DELETED = 2


def read_avro(file: InputFile) -> AvroFile[Record]:
    """An Avro file as a context manager that gives its records."""
    return AvroFile[Record](file)


def position(file: AvroFile[Record], field_id: int) -> int:
    """Where a field is in each record of a file."""
    return next(at for at, found in enumerate(file.schema.fields) if found.field_id == field_id)


def written(file: AvroFile[Record], name: str, records: list[Record]) -> bytes:
    """The content of a file like the one that was read, with other records."""
    out = _Memory()
    metadata = {key: value for key, value in file.header.meta.items() if not key.startswith("avro.")}
    with AvroOutputFile[Record](out, file.schema, name, metadata=metadata) as writer:
        if records:
            writer.write_block(records)
        content: bytes = out.stream.getvalue()
    return content


def replace(files: FileIO, name: str, content: bytes) -> None:
    """Put a file into its place at once. Not into the one that is there: a copy made of hard links shares it."""
    if not local(name).startswith("/"):
        with files.new_output(name).create(overwrite=True) as out:
            out.write(content)
        return
    path = Path(local(name))
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    # Hadoop's checksum of what was there.
    path.with_name(f".{path.name}.crc").unlink(missing_ok=True)
    aside.replace(path)


def local(name: str) -> str:
    """A path without the scheme that Hadoop gives it; URIs of S3 stay."""
    return re.sub("^file:(//)?(?=/)", "", name)


def forget_deleted_files(table: Table) -> None:
    """Take out of a table's current snapshot the files that it deleted: it says their least and greatest values."""
    snapshot = table.current_snapshot()
    if snapshot is None:
        return
    with read_avro(table.io.new_input(snapshot.manifest_list)) as listed:
        path, length = position(listed, MANIFEST_PATH), position(listed, MANIFEST_LENGTH)
        deleted = position(listed, DELETED_FILES)
        manifests = list(listed)
        if not any(manifest[deleted] for manifest in manifests):
            return
        kept = []
        for manifest in manifests:
            if manifest[deleted]:
                with read_avro(table.io.new_input(manifest[path])) as file:
                    entries = [entry for entry in file if entry[position(file, STATUS)] != DELETED]
                    content = written(file, "manifest_entry", entries)
                manifest[path] = f"{manifest[path].removesuffix('.avro')}-kept.avro"
                manifest[length], manifest[deleted], manifest[position(listed, DELETED_ROWS)] = len(content), 0, 0
                if entries:
                    replace(table.io, manifest[path], content)
                    kept.append(manifest)
            else:
                kept.append(manifest)
        replace(table.io, snapshot.manifest_list, written(listed, "manifest_file", kept))
    clear_manifest_cache()


class _Memory(OutputFile):
    """A file that is only in memory yet."""

    def __init__(self) -> None:
        super().__init__("memory")
        self.stream = io.BytesIO()

    def __len__(self) -> int:
        return len(self.stream.getvalue())

    def exists(self) -> bool:
        return True

    def to_input_file(self) -> InputFile:
        raise NotImplementedError

    def create(self, overwrite: bool = False) -> OutputStream:
        return self.stream
