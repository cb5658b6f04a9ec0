"""The tables of a lake, read by PyIceberg and DuckDB: no server, no JVM. What is seen is one snapshot of each table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import duckdb
import pyarrow
import pyarrow.dataset
import pyarrow.parquet
import sqlglot
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan, PyArrowFileIO, pyarrow_to_schema, schema_to_pyarrow
from pyiceberg.schema import Schema
from pyiceberg.table import FileScanTask, Table

from sparkify.catalog import CATALOG, Entry, entries, made_elsewhere, no_tables, open_catalog, view_sql
from sparkify.errors import UserError
from sparkify.figures import TableFigures
from sparkify.settings import is_uri

Answer = TypeVar("Answer")
# The schema of what views read that is no file of DuckDB's: `show tables` does not list it.
ARROW = "arrow"


@dataclass(frozen=True)
class LakeTable:
    """The current snapshot of one table."""

    name: str
    table: Table

    @cached_property
    def tasks(self) -> list[FileScanTask]:
        """Its data files, and which files say what of them is deleted."""
        try:
            return list(self.table.scan().plan_files())
        # Deletes by value, which Flink writes, are unknown to PyIceberg.
        except (OSError, ValueError) as error:
            raise UserError(f"The table {self.name} can't be read: {_sentence(error)}.") from error

    @property
    def files(self) -> list[str]:
        """Paths or URIs of its data files."""
        return sorted(task.file.file_path.removeprefix("file:") for task in self.tasks)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        has_deletes = any(task.delete_files for task in self.tasks)
        return self.table.scan().count() if has_deletes else sum(task.file.record_count for task in self.tasks)

    @property
    def bytes(self) -> int:
        """Size of its data files together."""
        return sum(task.file.file_size_in_bytes for task in self.tasks)

    def parts(self) -> tuple[list[FileScanTask], list[FileScanTask]]:
        """Files that have the table's columns and all their rows, and those that only PyIceberg reads right."""
        metadata = self.table.metadata
        whole = [task for task in self.tasks if not task.delete_files]
        had_others = len(metadata.schemas) > 1 or metadata.current_schema_id or metadata.name_mapping()
        # Names that Avro does not know are other ones in files.
        if had_others or not all(name.isidentifier() for name in self.table.schema().column_names):
            with ThreadPoolExecutor(16) as pool:
                alike = list(pool.map(self._has_its_columns, whole))
            whole = [task for task, is_alike in zip(whole, alike, strict=True) if is_alike]
        known = {task.file.file_path for task in whole}
        return whole, [task for task in self.tasks if task.file.file_path not in known]

    def _has_its_columns(self, task: FileScanTask) -> bool:
        with self.table.io.new_input(task.file.file_path).open() as file:
            found: Schema | None
            try:
                found = pyarrow_to_schema(pyarrow.parquet.read_schema(file))
            # Its columns have no ids, or types that Iceberg lacks.
            except (TypeError, ValueError):
                return False
        columns = {field.field_id: (field.name, field.field_type) for field in found.fields}
        return all(
            columns.get(field.field_id) == (field.name, field.field_type) for field in self.table.schema().fields
        )


def tables(lake: str, schema: str) -> dict[str, LakeTable]:
    """The tables of one schema of a lake by name; UserError if there are none."""
    catalog = open_catalog(lake)
    found = [entry for entry in entries(catalog, lake, schema) if not entry.is_view]
    if not found:
        raise no_tables(lake)
    return {entry.name: load(catalog, entry) for entry in found}


def figures(lake: str, schema: str) -> list[TableFigures]:
    """Rows, files and bytes of each table of a lake."""
    return [
        TableFigures(name, table.rows, len(table.files), table.bytes) for name, table in tables(lake, schema).items()
    ]


def connect(lake: str, schema: str, *, with_zones: bool = False) -> Connection:
    """DuckDB over a lake's tables and views; instants, which people read as UTC, have no zone unless one is wanted."""
    return Connection(lake, schema, with_zones)


class Connection:
    """A DuckDB connection that sees a lake's tables and views, and nothing else of this machine.

    Names without a schema are those that analysts read; `<schema>_staging` has the tables that these are made from.
    What a question names is loaded when it is asked.
    """

    def __init__(self, lake: str, schema: str, with_zones: bool) -> None:
        self._catalog = open_catalog(lake)
        self._entries = entries(self._catalog, lake, schema, f"{schema}_staging")
        if schema not in {entry.schema for entry in self._entries}:
            raise no_tables(lake)
        self._schema, self._with_zones = schema, with_zones
        self._loaded: dict[Entry, str] = {}
        self._duckdb = duckdb.connect()
        self._duckdb.execute("set TimeZone = 'UTC'")
        for name in (ARROW, schema, f"{schema}_staging"):
            self._duckdb.execute(f"create schema if not exists {identifier(name)}")
        self._duckdb.execute(f"set schema = {literal(schema)}")
        if not is_uri(lake):
            # Where a link leads to it, files have the paths of the place that it was made by.
            places = {lake, made_elsewhere(self._catalog, lake, schema) or lake}
            self._duckdb.execute(f"set allowed_directories = [{', '.join(map(literal, places))}]")
        self._duckdb.execute("set enable_external_access = false")
        self._duckdb.execute("set lock_configuration = true")

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was loaded."""
        self._duckdb.close()

    @property
    def names(self) -> set[str]:
        """The tables and views that have names without a schema."""
        return {entry.name for entry in self._entries if entry.schema == self._schema}

    def sql(self, question: str) -> duckdb.DuckDBPyRelation:
        """The answer to a question, which is computed when it is read."""
        return self._ask(question, self._duckdb.sql)

    def execute(self, question: str) -> duckdb.DuckDBPyConnection:
        """Compute the answer to a question."""
        return self._ask(question, self._duckdb.execute)

    def _ask(self, question: str, ask: Callable[[str], Answer]) -> Answer:
        # Names that are part of other words do no harm: loading reads no rows.
        words = question.lower().replace('""', '"')
        named = [entry for entry in self._entries if entry.name.lower() in words]
        self._load(named or self._entries)
        try:
            return ask(question)
        except duckdb.CatalogException:
            # Names may be put together, and DuckDB proposes similar ones.
            self._load(self._entries)
        try:
            return ask(question)
        except duckdb.CatalogException as error:
            for entry in named:
                if reason := self._loaded[entry]:
                    how = " without Spark" if entry.is_view else ""
                    raise UserError(f"{entry.schema}.{entry.name} can't be read{how}: {reason}.") from error
            raise

    def _load(self, wanted: Iterable[Entry]) -> None:
        for entry in wanted:
            if entry not in self._loaded:
                # A view that names itself must end.
                self._loaded[entry] = "it is made from itself"
                self._loaded[entry] = self._create(entry)

    def _create(self, entry: Entry) -> str:
        """Make a view of a table or view; why it can't be, or nothing."""
        try:
            select = self._translated(entry) if entry.is_view else self._select(load(self._catalog, entry))
            self._duckdb.execute(f"create view {identifier(entry.schema)}.{identifier(entry.name)} as {select}")
        except (UserError, OSError, duckdb.Error, sqlglot.errors.SqlglotError) as error:
            return _sentence(error)
        return ""

    def _translated(self, view: Entry) -> str:
        """The SQL of a view in DuckDB's words."""
        query = sqlglot.parse_one(view_sql(self._catalog, view), read="spark")
        for table in query.find_all(sqlglot.exp.Table):
            if table.catalog == CATALOG:
                table.set("catalog", None)
            read = (table.db or self._schema, table.name)
            self._load([entry for entry in self._entries if (entry.schema, entry.name) == read])
        return query.sql("duckdb")

    def _select(self, table: LakeTable) -> str:
        """A table's columns in their order, from its files."""
        columns = ", ".join(
            f"cast({identifier(field.name)} as timestamp) as {identifier(field.name)}"
            if str(field.field_type) == "timestamptz" and not self._with_zones
            else identifier(field.name)
            for field in table.table.schema().fields
        )
        return " union all ".join(f"select {columns} from {source}" for source in self._sources(table))

    def _sources(self, table: LakeTable) -> Iterator[str]:
        whole, others = table.parts()
        if whole:
            places = [PyArrowFileIO.parse_location(task.file.file_path) for task in whole]
            scheme, netloc, _ = places[0]
            files = [path for *_, path in places]
            # A list may have patterns in it.
            if scheme == "file" and not set("*?[") & set("".join(files)):
                yield f"read_parquet([{', '.join(map(literal, files))}], hive_partitioning = false)"
            else:
                # DuckDB's own client for S3 is an extension, fetched from the network.
                io: Any = table.table.io
                filesystem = io.fs_by_scheme(scheme, netloc)
                found = pyarrow.dataset.dataset(files, filesystem=filesystem, format="parquet")
                yield self._registered(table, "files", found)
        if others or not whole:
            yield self._registered(table, "rows", _Rows(table.table, others))

    def _registered(self, table: LakeTable, what: str, source: object) -> str:
        name = f"{what} of {'.'.join(table.table.name())}"
        self._duckdb.execute(f"set schema = {literal(ARROW)}")
        self._duckdb.from_arrow(source).create_view(name)
        self._duckdb.execute(f"set schema = {literal(self._schema)}")
        return f"{ARROW}.{identifier(name)}"


class _Rows:
    """The rows of some files of a table as PyIceberg reads them: without those that are deleted, in today's columns.

    DuckDB asks for the stream as often as it reads it, and once more for its columns.
    """

    def __init__(self, table: Table, tasks: list[FileScanTask]) -> None:
        self._table, self._tasks = table, tasks

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        found = schema_to_pyarrow(self._table.schema(), include_field_ids=False)
        schema = pyarrow.schema([field.with_nullable(True) for field in found])
        return pyarrow.RecordBatchReader.from_batches(schema, self._batches(schema)).__arrow_c_stream__()

    def _batches(self, schema: Any) -> Iterator[Any]:
        scan = ArrowScan(self._table.metadata, self._table.io, self._table.schema(), AlwaysTrue())
        for task in self._tasks:
            # File by file: several at once would be held until they are asked for.
            for batch in scan.to_record_batches([task]):
                yield batch.cast(schema)


def load(catalog: SqlCatalog, entry: Entry) -> LakeTable:
    """A table that the catalog lists."""
    try:
        return LakeTable(entry.name, catalog.load_table((entry.schema, entry.name)))
    except OSError as error:
        raise UserError(f"The table {entry.name} can't be read: {_sentence(error)}.") from error


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split("\n\n")[0].split()).rstrip(".!")
    return f"there is no file {text}" if isinstance(error, FileNotFoundError) else text


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
