"""The tables of a local lake, read straight from their parquet files by DuckDB: no server, no JVM, no catalog."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from sparkify.errors import UserError
from sparkify.figures import TableFigures
from sparkify.settings import PROJECT, is_uri

Connection = duckdb.DuckDBPyConnection

REF = re.compile(r"\{\{\s*ref\('(\w+)'\)\s*\}\}")
PARTITION = re.compile(r"(\w+)=[^/]+/")
CONFIG = re.compile(r"\{\{\s*config\(.*?\)\s*\}\}")
VIEW = re.compile(r"materialized='view'")


@dataclass(frozen=True)
class LakeTable:
    """One table of the lake as of one run; `folders` hold its files, a folder for each partition if it has any."""

    name: str
    run: str
    folders: tuple[Path, ...]

    @property
    def files(self) -> list[Path]:
        """Its data files."""
        return sorted(file for folder in self.folders for file in folder.glob("*.parquet"))

    @property
    def bytes(self) -> int:
        """Size of its data files together."""
        return sum(file.stat().st_size for file in self.files)


def tables(lake: str, schema: str) -> dict[str, LakeTable]:
    """The tables of a lake by name, each as its newest published version."""
    found = {table: table_as_of(lake, schema, table, runs[-1]) for table, runs in published_runs(lake, schema).items()}
    if not found:
        raise UserError(f"There are no tables in {lake}; run ./scripts/run first, or name the lake with --lake.")
    return dict(sorted(found.items()))


def published_runs(lake: str, schema: str) -> dict[str, list[str]]:
    """The runs whose version of each table is still there, oldest first, as macros/storage/versions.sql notes them."""
    if is_uri(lake):
        raise UserError(f"{lake} is on S3, and this is for local lakes; ask it through Spark, Athena or Trino.")
    runs: dict[str, list[str]] = {}
    for folder in sorted(Path(lake, f"{schema}_versions", "published").glob("table_name=*/run=*")):
        table = folder.parent.name.removeprefix("table_name=")
        runs.setdefault(table, []).append(folder.name.removeprefix("run="))
    return runs


def table_as_of(lake: str, schema: str, table: str, run: str) -> LakeTable:
    """A table as a run published it."""
    versions = Path(lake, f"{schema}_versions")
    manifest = versions / "manifests" / f"table_name={table}" / f"run={run}"
    if not manifest.is_dir():
        return LakeTable(table, run, (versions / f"{table}__{run}",))
    lines = [line for file in manifest.glob("*.json") for line in file.read_text(encoding="utf-8").splitlines()]
    entries = [json.loads(line) for line in lines]
    folders = (
        versions / f"{table}__{entry['written_by']}" / entry["partition_path"]
        for entry in entries
        if not entry["is_empty"]
    )
    return LakeTable(table, run, tuple(sorted(folders)))


def figures(connection: Connection, lake: str, schema: str) -> list[TableFigures]:
    """Rows, files, bytes and place of each table of a lake, by a connection to it."""
    found = []
    for name, table in tables(lake, schema).items():
        (rows,) = connection.sql(f"select count(*) from {_name(name)}").fetchone() or (0,)
        place = Path(lake, f"{schema}_versions", f"{name}__*")
        found.append(TableFigures(name, rows, len(table.files), table.bytes, str(place)))
    return found


def connect(lake: str, schema: str) -> Connection:
    """A DuckDB connection that sees the lake's tables and views, and nothing else of this machine."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"create schema {_name(schema)}")
    connection.execute(f"set schema = {literal(schema)}")
    for table in tables(lake, schema).values():
        if table.files:
            _create_view(connection, lake, table)
        elif columns := contract(table.name):
            _create_empty_view(connection, table.name, columns)
    _create_model_views(connection)
    connection.execute(f"set allowed_directories = [{literal(lake)}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _create_view(connection: Connection, lake: str, table: LakeTable) -> None:
    files = ", ".join(literal(str(file)) for file in table.files)
    source = f"read_parquet([{files}], hive_partitioning = true)"
    columns = connection.execute(f"describe select * from {source}").fetchall()
    # Spark's timestamps are instants; people read them as UTC. Whole numbers in names of folders are no more than int.
    in_folders = set(PARTITION.findall(str(table.files[0].relative_to(lake))))
    casts = ", ".join(
        f"cast({_name(name)} as {wanted}) as {_name(name)}"
        for name, kind, *_ in columns
        if (wanted := _type_for_people(kind, name in in_folders))
    )
    replaced = f" replace ({casts})" if casts else ""
    connection.execute(f"create view {_name(table.name)} as select *{replaced} from {source}")


def contract(model: str) -> dict[str, str]:
    """Columns and types that the YAML beside a model says; {} where it says none."""
    for file in (PROJECT / "models").glob(f"*/{model}.yml"):
        for described in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
            if described["name"] == model:
                return {column["name"]: column["data_type"] for column in described["columns"]}
    return {}


def _create_empty_view(connection: Connection, name: str, columns: dict[str, str]) -> None:
    # A partitioned table without rows has no file that could tell its columns.
    nulls = ", ".join(f"cast(null as {kind}) as {_name(column)}" for column, kind in columns.items())
    connection.execute(f"create view {_name(name)} as select {nulls} where false")


def _type_for_people(kind: str, is_in_folder: bool) -> str | None:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return "timestamp"
    if is_in_folder and kind == "BIGINT":
        return "integer"
    if is_in_folder and kind == "VARCHAR":
        return "boolean"
    return None


def _create_model_views(connection: Connection) -> None:
    # Models that are views only choose and rename columns, so that their SQL is DuckDB's too. A view may read another.
    known = set(_view_names(connection))
    waiting = {
        path.stem: CONFIG.sub("", sql)
        for path in sorted((PROJECT / "models").glob("*/*.sql"))
        if VIEW.search(sql := path.read_text(encoding="utf-8")) or path.parent.name == "warehouse"
    }
    while ready := [name for name, sql in waiting.items() if known.issuperset(REF.findall(sql))]:
        for name in ready:
            sql = REF.sub(lambda ref: _name(ref[1]), waiting.pop(name))
            connection.execute(f"create view {_name(name)} as {sql}")
            known.add(name)


def _view_names(connection: Connection) -> list[str]:
    return [row[0] for row in connection.execute("select view_name from duckdb_views() where not internal").fetchall()]


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
