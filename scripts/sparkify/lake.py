"""The tables of a lake, read by PyIceberg and DuckDB: no server, no JVM. What is seen is one snapshot of each table."""

from __future__ import annotations

import gzip
import json
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset
import sqlglot
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import FileScanTask, Table
from sqlalchemy import text

from sparkify.errors import UserError
from sparkify.figures import TableFigures
from sparkify.settings import catalog_uri, catalog_url, is_uri

Connection = duckdb.DuckDBPyConnection

CATALOG = "lake"


@dataclass(frozen=True)
class LakeTable:
    """The current snapshot of one table."""

    name: str
    table: Table

    @cached_property
    def _tasks(self) -> list[FileScanTask]:
        return list(self.table.scan().plan_files())

    @property
    def has_deletes(self) -> bool:
        """Whether rows of its files are deleted by other files, as Trino and Athena write them."""
        return any(task.delete_files for task in self._tasks)

    @property
    def files(self) -> list[str]:
        """Paths or URIs of its data files."""
        return sorted(task.file.file_path.removeprefix("file:") for task in self._tasks)

    @property
    def bytes(self) -> int:
        """Size of its data files together."""
        return sum(task.file.file_size_in_bytes for task in self._tasks)

    @property
    def place(self) -> str:
        """The folder or URI that it lies in."""
        return self.table.location().removeprefix("file:")


def open_catalog(lake: str) -> SqlCatalog:
    """The Iceberg catalog of a lake; UserError if there is none."""
    uri, url = catalog_uri(lake), catalog_url(lake)
    if url.startswith("jdbc:sqlite:") and not Path(url.removeprefix("jdbc:sqlite:")).exists():
        if not is_uri(lake) and any(Path(lake).glob("*_versions/published")):
            raise UserError(
                f"{lake} is a lake of an older version of this project; name another folder with --lake, "
                "and build it anew."
            )
        raise UserError(f"There are no tables in {lake}; run ./scripts/run first, or name the lake with --lake.")
    properties = {"uri": uri, "init_catalog_tables": "false"}
    if is_uri(lake):
        properties |= {"py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO", **_s3_properties()}
    return SqlCatalog(CATALOG, **properties)


def _s3_properties() -> dict[str, str]:
    # PyArrow has a chain of credentials of its own, which knows no profiles of SSO: botocore's answer is handed over.
    import botocore.session

    session = botocore.session.get_session()
    found = session.get_credentials()
    by_path = os.environ.get("SPARKIFY_S3_PATH_STYLE", "").lower() == "true"
    properties = {
        "s3.region": os.environ.get("AWS_REGION") or session.get_config_variable("region") or "us-east-1",
        "s3.endpoint": os.environ.get("AWS_ENDPOINT_URL_S3"),
        "s3.force-virtual-addressing": None if by_path or "AWS_ENDPOINT_URL_S3" in os.environ else "true",
    }
    if found is not None:
        frozen = found.get_frozen_credentials()
        properties |= {
            "s3.access-key-id": frozen.access_key,
            "s3.secret-access-key": frozen.secret_key,
            "s3.session-token": frozen.token,
        }
    return {name: value for name, value in properties.items() if value}


def made_elsewhere(catalog: SqlCatalog, lake: str, schema: str) -> str | None:
    """Where a lake says that it was made, if it is not the place by which it is named; None where it is."""
    for name in (schema, f"{schema}_staging"):
        found = catalog.load_namespace_properties(name).get("location") if catalog.namespace_exists(name) else None
        old = re.sub("^file:(//)?(?=/)", "", found or "").removesuffix(f"/{name}")
        if found and old != lake.replace("s3a://", "s3://"):
            return old
    return None


def tables(lake: str, schema: str) -> dict[str, LakeTable]:
    """The tables of one schema of a lake by name."""
    catalog = open_catalog(lake)
    old = made_elsewhere(catalog, lake, schema)
    # Links may lead to it.
    if old and (is_uri(lake) or os.path.realpath(old) != os.path.realpath(lake)):
        raise UserError(
            f"The lake in {lake} was made in {old}; if it was copied or moved, take it over by ./scripts/adopt --lake"
            f" {shlex.quote(lake)}."
        )
    names = sorted(name for *_, name in catalog.list_tables(schema)) if catalog.namespace_exists(schema) else []
    if not names:
        raise UserError(f"There are no tables in {lake}; run ./scripts/run first, or name the lake with --lake.")
    return {name: LakeTable(name, catalog.load_table((schema, name))) for name in names}


def figures(lake: str, schema: str) -> list[TableFigures]:
    """Rows, files, bytes and place of each table of a lake."""
    return [
        TableFigures(name, table.table.scan().count(), len(table.files), table.bytes, table.place)
        for name, table in tables(lake, schema).items()
    ]


def connect(lake: str, schema: str) -> Connection:
    """A DuckDB connection that sees the lake's tables and views, and nothing else of this machine.

    Names without a schema are those that analysts read; `<schema>_staging` has the tables that these are made from.
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    for name in (schema, f"{schema}_staging"):
        connection.execute(f"create schema {_name(name)}")
        if name == schema or open_catalog(lake).namespace_exists(name):
            for table in tables(lake, name).values():
                _create_view(connection, name, table)
    connection.execute(f"set schema = {literal(schema)}")
    _create_model_views(connection, lake, schema)
    if not is_uri(lake):
        connection.execute(f"set allowed_directories = [{literal(lake)}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _create_view(connection: Connection, schema: str, table: LakeTable) -> None:
    """A view of a table's columns in their order; instants, which people read as UTC, without their zone."""
    columns = ", ".join(
        f"cast({_name(field.name)} as timestamp) as {_name(field.name)}"
        if str(field.field_type) == "timestamptz"
        else _name(field.name)
        for field in table.table.schema().fields
    )
    connection.execute(
        f"create view {_name(schema)}.{_name(table.name)} as select {columns} from {_source(connection, schema, table)}"
    )


def _source(connection: Connection, schema: str, table: LakeTable) -> str:
    if table.files and not table.has_deletes and not is_uri(table.place):
        return f"read_parquet([{', '.join(map(literal, table.files))}], union_by_name = true)"
    source = f"{schema}__{table.name}"
    if table.files and not table.has_deletes:
        # DuckDB's own client for S3 is an extension that it fetches from the network.
        io: Any = table.table.io
        scheme, _, _ = table.files[0].partition("://")
        files = [file.partition("://")[2] for file in table.files]
        found = pyarrow.dataset.dataset(files, filesystem=io.fs_by_scheme(scheme, None), format="parquet")
        connection.register(source, found)
    else:
        connection.register(source, table.table.scan().to_arrow())
    return _name(source)


def _create_model_views(connection: Connection, lake: str, schema: str) -> None:
    """Views of the catalog, whose SQL is Spark's; those that DuckDB can't run, over raw files, are left out."""
    waiting = dict(_views(open_catalog(lake), schema))
    while waiting:
        done = []
        for name, sql in waiting.items():
            try:
                connection.execute(f"create view {name} as {sqlglot.transpile(sql, read='spark', write='duckdb')[0]}")
                done.append(name)
            except (duckdb.Error, sqlglot.errors.SqlglotError):
                continue
        if not done:
            return
        for name in done:
            del waiting[name]


def _views(catalog: SqlCatalog, schema: str) -> Iterator[tuple[str, str]]:
    """Qualified name and SQL of each view; PyIceberg's own catalogs in SQL know none."""
    query = text(
        "select table_namespace, table_name, metadata_location from iceberg_tables"
        " where catalog_name = :catalog and iceberg_type = 'VIEW' and table_namespace in (:schema, :staging)"
    )
    with catalog.engine.connect() as connection:
        parameters = {"catalog": CATALOG, "schema": schema, "staging": f"{schema}_staging"}
        rows: Any = connection.execute(query, parameters).fetchall()
    for namespace, name, location in rows:
        with catalog._load_file_io(catalog.properties, location).new_input(location).open() as file:
            content = file.read()
        # Spark compresses the metadata of views.
        metadata = json.loads(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
        (version,) = (found for found in metadata["versions"] if found["version-id"] == metadata["current-version-id"])
        yield f"{_name(namespace)}.{_name(name)}", version["representations"][0]["sql"]


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
