"""The tables of a local lake, read straight from their parquet files by DuckDB: no server, no JVM, no catalog."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sparkify.errors import UserError
from sparkify.figures import TableFigures
from sparkify.settings import PROJECT, is_uri

Connection = duckdb.DuckDBPyConnection

# <table>__<run>, as macros/storage/versions.sql names versions.
VERSION = re.compile(r"(?P<table>.+)__(?P<run>\d{8}t\d{6}_[0-9a-f]{8})")
REF = re.compile(r"\{\{\s*ref\('(\w+)'\)\s*\}\}")
CONFIG = re.compile(r"\{\{\s*config\(.*?\)\s*\}\}")


@dataclass(frozen=True)
class LakeTable:
    """One table of the lake, in its newest version."""

    name: str
    folder: Path

    @property
    def files(self) -> list[Path]:
        """Its data files."""
        return sorted(self.folder.rglob("*.parquet"))

    @property
    def bytes(self) -> int:
        """Size of its data files together."""
        return sum(file.stat().st_size for file in self.files)


def tables(lake: str, schema: str) -> dict[str, LakeTable]:
    """The tables of a lake by name: models in their newest complete version, and seeds."""
    if is_uri(lake):
        raise UserError(f"{lake} is not a local folder; ask a lake on S3 through Athena, Trino or Spark.")
    found: dict[str, LakeTable] = {}
    # Names of versions sort by age, so that the newest comes last and stays.
    for folder in sorted(Path(lake, f"{schema}_versions").glob("*__*")):
        match = VERSION.fullmatch(folder.name)
        if match and (folder / "_SUCCESS").exists():
            found[match["table"]] = LakeTable(match["table"], folder)
    for folder in sorted(Path(lake, schema).glob("*")):
        if folder.is_dir():
            found[folder.name] = LakeTable(folder.name, folder)
    if not found:
        raise UserError(f"There are no tables in {lake}; run ./scripts/run first, or name the lake with --lake.")
    return found


def figures(connection: Connection, lake: str, schema: str) -> list[TableFigures]:
    """Rows, files, bytes and place of each table of a lake, by a connection to it."""
    found = []
    for name, table in tables(lake, schema).items():
        (rows,) = connection.sql(f"select count(*) from {_name(name)}").fetchone() or (0,)
        found.append(TableFigures(name, rows, len(table.files), table.bytes, str(table.folder)))
    return found


def connect(lake: str, schema: str) -> Connection:
    """A DuckDB connection that sees the lake's tables and views, and nothing else of this machine."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"create schema {_name(schema)}")
    connection.execute(f"set schema = {_literal(schema)}")
    for table in tables(lake, schema).values():
        if table.files:
            _create_view(connection, table)
    _create_model_views(connection)
    connection.execute(f"set allowed_directories = [{_literal(lake)}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _create_view(connection: Connection, table: LakeTable) -> None:
    source = f"read_parquet({_literal(str(table.folder / '**' / '*.parquet'))}, hive_partitioning = true)"
    columns = connection.execute(f"describe select * from {source}").fetchall()
    # Spark's timestamps are instants; people read them as UTC.
    instants = ", ".join(
        f"cast({_name(name)} as timestamp) as {_name(name)}"
        for name, kind, *_ in columns
        if kind == "TIMESTAMP WITH TIME ZONE"
    )
    replaced = f" replace ({instants})" if instants else ""
    connection.execute(f"create view {_name(table.name)} as select *{replaced} from {source}")


def _create_model_views(connection: Connection) -> None:
    # Models that are views only choose and rename columns, so that their SQL is DuckDB's too. A view may read another.
    known = set(_view_names(connection))
    waiting = {
        path.stem: CONFIG.sub("", path.read_text(encoding="utf-8"))
        for folder in ("intermediate", "warehouse")
        for path in sorted((PROJECT / "models" / folder).glob("*.sql"))
        if path.stem not in known
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


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
