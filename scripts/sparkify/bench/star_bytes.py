"""How large the files of the star are, beside the smallest that DuckDB writes for the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sparkify.lake import literal, tables

# Rows compress best where those that share values are neighbours; which order that is, is tried out.
ORDERS = {
    "songplays": ["start_time", "user_id, start_time", "user_id, session_id, start_time"],
    "time": ["start_time"],
    "users": ["user_id", "last_name, first_name"],
    "songs": ["song_id", "artist_id, title", "title"],
    "artists": ["artist_id", "name", "location, name"],
}


@dataclass(frozen=True)
class StarBytes:
    """One table: its bytes in the lake, and as DuckDB's best single file with zstd."""

    input: str
    table: str
    bytes: int
    best_bytes: int

    @property
    def ratio(self) -> float:
        """Ours to DuckDB's."""
        return self.bytes / self.best_bytes


def compare(name: str, lake: Path, schema: str = "sparkify") -> list[StarBytes]:
    """The star of a local lake that was built from the input `name`."""
    found = tables(str(lake), schema)
    return [StarBytes(name, table, found[table].bytes, best(found[table].files, ORDERS[table])) for table in ORDERS]


def best(files: Sequence[str], orders: Sequence[str]) -> int:
    """Bytes of the smallest file that DuckDB writes with the rows of some parquet files, in one of some orders."""
    names = ", ".join(literal(file) for file in files)
    sizes = []
    duckdb.execute("set enable_progress_bar = false")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy.parquet")
        for order in orders:
            duckdb.execute(
                f"copy (select * from read_parquet([{names}]) order by {order})"
                f" to {literal(str(copy))} (format parquet, compression zstd)"
            )
            sizes.append(copy.stat().st_size)
    return min(sizes)


def lines(results: Sequence[StarBytes]) -> str:
    """For a terminal."""
    head = f"{'input':<13}{'table':<14}{'MiB':>9}{'best MiB':>10}{'ratio':>7}"
    rows = [
        f"{each.input:<13}{each.table:<14}{each.bytes / 2**20:>9.3f}{each.best_bytes / 2**20:>10.3f}{each.ratio:>7.2f}"
        for each in results
    ]
    return "\n".join([head, *rows, "Best: one file by DuckDB with zstd, in the best of some orders."])
