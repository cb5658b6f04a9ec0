"""Small lakes that PyIceberg writes, for what needs no Spark; and rows deleted from them as Trino and Athena do it."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestWriterV2,
    write_manifest_list,
)
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import AddSnapshotUpdate
from pyiceberg.typedef import Record
from sqlalchemy import text

from sparkify.catalog import open_catalog
from sparkify.settings import catalog_url, is_uri, sqlalchemy_uri

SCHEMAS = ("sparkify", "sparkify_staging")


def new_lake(place: str) -> SqlCatalog:
    """The catalog of an empty lake in a folder or on S3."""
    url = catalog_url(place)
    Path(url.removeprefix("jdbc:sqlite:")).parent.mkdir(parents=True, exist_ok=True)
    SqlCatalog("lake", uri=sqlalchemy_uri(url, "", "")).close()
    catalog = open_catalog(place)
    place = place.replace("s3a://", "s3://") if is_uri(place) else f"file:{place}"
    for schema in SCHEMAS:
        catalog.create_namespace(schema, {"location": f"{place}/{schema}"})
    return catalog


def new_table(catalog: SqlCatalog, name: str, rows: Any, schema: str = "sparkify") -> Table:
    """A table of some rows, in one file."""
    above = catalog.load_namespace_properties(schema)["location"]
    table = catalog.create_table((schema, name), rows.schema, location=f"{above}/{name}")
    if rows.num_rows:
        table.append(rows)
    return table


def new_view(catalog: SqlCatalog, name: str, sql: str, schema: str = "sparkify") -> None:
    """A view as Spark leaves it in the catalog, with what is read of it."""
    location = f"{catalog.load_namespace_properties(schema)['location']}/{name}/metadata/1.metadata.json"
    version = {"version-id": 1, "representations": [{"type": "sql", "sql": sql, "dialect": "spark"}]}
    with catalog._load_file_io({}, location).new_output(location).create() as file:
        file.write(json.dumps({"current-version-id": 1, "versions": [version]}).encode())
    with catalog.engine.begin() as connection:
        connection.execute(
            text(
                "insert into iceberg_tables"
                " (catalog_name, iceberg_type, table_namespace, table_name, metadata_location)"
                " values ('lake', 'VIEW', :schema, :name, :location)"
            ),
            {"schema": schema, "name": name, "location": location},
        )


class _DeletesWriter(ManifestWriterV2):
    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


def delete_rows(table: Table, positions: list[int], *, by_value: bool = False) -> None:
    """Delete rows of a table's one data file by a file of their positions, or one that says to have values."""
    (task,) = table.scan().plan_files()
    metadata, snapshot = table.metadata, table.current_snapshot()
    assert snapshot is not None
    place = f"{table.location()}/data/{uuid.uuid4()}-deletes.parquet"
    columns = [("file_path", pyarrow.string(), 2147483546), ("pos", pyarrow.int64(), 2147483545)]
    schema = pyarrow.schema(
        pyarrow.field(name, kind, nullable=False, metadata={"PARQUET:field_id": str(number)})
        for name, kind, number in columns
    )
    rows = pyarrow.table([[task.file.file_path] * len(positions), positions], schema=schema)
    with table.io.new_output(place).create() as file:
        pyarrow.parquet.write_table(rows, file)
    deletes = DataFile.from_args(
        content=DataFileContent.EQUALITY_DELETES if by_value else DataFileContent.POSITION_DELETES,
        file_path=place,
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=len(positions),
        file_size_in_bytes=len(table.io.new_input(place)),
        equality_ids=[1] if by_value else None,
    )
    number = snapshot.snapshot_id + 1
    manifest = table.io.new_output(f"{table.location()}/metadata/{uuid.uuid4()}-m0.avro")
    with _DeletesWriter(table.spec(), table.schema(), manifest, number, "deflate") as writer:
        writer.add(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=deletes))
    found = table.io.new_output(f"{table.location()}/metadata/snap-{number}.avro")
    sequence = metadata.next_sequence_number()
    with write_manifest_list(2, found, number, snapshot.snapshot_id, sequence, "deflate") as listed:
        listed.add_manifests([*snapshot.manifests(table.io), writer.to_manifest_file()])
    with table.transaction() as transaction:
        after = {
            "snapshot-id": number,
            "parent-snapshot-id": snapshot.snapshot_id,
            "manifest-list": found.location,
            "sequence-number": sequence,
            "summary": {"operation": "delete"},
            "schema-id": metadata.current_schema_id,
        }
        head, _ = transaction._set_ref_snapshot(number, "main", "branch")
        transaction._stage((AddSnapshotUpdate(snapshot=Snapshot.model_validate(after)), *head))
