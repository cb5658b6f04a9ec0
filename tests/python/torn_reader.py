"""A second process that reads the five tables again and again, for the crash test.

    python torn_reader.py LAKE SCHEMA OUT STOP

LAKE is a folder, or a place on S3. Each round writes a line for each table to OUT: the table and the hash of its rows,
or the error. Ends when the file STOP is there.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import oracle
from sparkify.canonical import table_hash
from sparkify.lake import connect

STAR = ("songplays", "users", "songs", "artists", "time")


def main(folder: str, schema: str, out: str, stop: str) -> None:
    """Read until told to stop."""
    with Path(out).open("a", encoding="utf-8") as answers:
        while not Path(stop).exists():
            for table in STAR:
                answers.write(f"{table} {read(folder, schema, table)}\n")
            answers.flush()
            time.sleep(0.2)


def read(folder: str, schema: str, table: str) -> str:
    """The hash of a table's rows, or what went wrong."""
    columns = ", ".join(f'"{name}"' for name in oracle.COLUMNS[table])
    try:
        with connect(folder, schema) as connection:
            return table_hash(connection.sql(f"select {columns} from {table}").fetchall())
    except Exception as error:
        return f"ERROR {' '.join(str(error).split())}"


if __name__ == "__main__":
    main(*sys.argv[1:])
