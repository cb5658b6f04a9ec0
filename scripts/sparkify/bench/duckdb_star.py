"""The star by DuckDB from the same raw files. `python duckdb_star.py RAW OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main(raw: str, out: str) -> None:
    """Read the raw files below `raw`, and write five tables below `out`."""
    Path(out).mkdir(parents=True)
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    duckdb.execute(statements.format(raw=raw.replace("'", "''"), out=out.replace("'", "''")))


if __name__ == "__main__":
    main(*sys.argv[1:])
