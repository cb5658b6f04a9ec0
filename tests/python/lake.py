"""Reads a table of the built lake straight from its parquet files, with DuckDB and without a JVM."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

Row = tuple[Any, ...]


def parquet_files(where: str | Path | Sequence[str | Path]) -> list[str]:
    """The parquet files under a folder (any depth), of a glob, of a single file, or of a list of these.

    Below a folder, names that begin with `_` or `.` are skipped: they are Spark's unfinished work.
    """
    if isinstance(where, str | Path):
        folder = Path(where)
        if not folder.is_dir():
            return sorted(glob.glob(str(where), recursive=True))
        below = (path.relative_to(folder) for path in folder.rglob("*.parquet"))
        visible = (path for path in below if not any(part[0] in "_." for part in path.parts))
        return sorted(str(folder / path) for path in visible)
    return [file for one in where for file in parquet_files(one)]


def read_table(
    where: str | Path | Sequence[str | Path],
    columns: Sequence[str],
    *,
    partition_types: Mapping[str, str] | None = None,
    empty_ok: bool = False,
) -> list[Row]:
    """The rows of a table in the order of `columns`, with the oracle's kind of values.

    Timestamps are naive, in UTC. `partition_types` names the SQL types of columns that exist only in folder
    names (`year=2004`); without it DuckDB guesses them from the names.
    No parquet file at all is an error unless `empty_ok`.
    """
    files = parquet_files(where)
    if not files:
        if empty_ok:
            return []
        raise FileNotFoundError(f"no parquet files: {where}")
    scan = "read_parquet($files, hive_partitioning = true, union_by_name = true"
    if partition_types:
        pairs = ", ".join(f"{_quoted(name)}: {kind}" for name, kind in partition_types.items())
        scan += f", hive_types = {{{pairs}}}"
    scan += ")"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        described = connection.execute(f"describe select * from {scan}", {"files": files}).fetchall()
        types: dict[str, str] = {name: kind for name, kind, *_ in described}
        missing = [name for name in columns if name not in types]
        if missing:
            raise ValueError(f"{where} has no column {', '.join(missing)}; it has {', '.join(types)}")
        selected = ", ".join(_expression(name, types[name]) for name in columns)
        rows: list[Row] = connection.execute(f"select {selected} from {scan}", {"files": files}).fetchall()
        return rows


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _expression(name: str, kind: str) -> str:
    """A column; a timestamp with a zone becomes a naive one in UTC (to fetch an aware one needs pytz)."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({_quoted(name)}))"
    return _quoted(name)
