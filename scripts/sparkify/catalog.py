"""The tables of a lake as Spark's catalog has them, wherever their files lie: for a lake on S3."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession

from sparkify.figures import TableFigures


def figures(schema: str) -> list[TableFigures]:
    """Rows, files, bytes and place of each table of a schema; the session that dbt has started is used."""
    session = SparkSession.builder.getOrCreate()
    tables = [table for table in session.catalog.listTables(schema) if not table.isTemporary]
    names = sorted(table.name for table in tables if table.tableType != "VIEW")
    return [_figures_of(session, schema, name) for name in names]


def ask(schema: str, question: str) -> list[tuple[Any, ...]]:
    """The rows of an answer; tables in the question are those of the schema."""
    session = SparkSession.builder.getOrCreate()
    session.catalog.setCurrentDatabase(schema)
    return [tuple(row) for row in session.sql(question).collect()]


def _figures_of(session: SparkSession, schema: str, name: str) -> TableFigures:
    table = f"`{schema}`.`{name}`"
    (row,) = session.sql(f"""
        select coalesce(sum(rows), 0), count(*), coalesce(sum(bytes), 0)
        from (
            select count(*) as rows, max(_metadata.file_size) as bytes
            from {table}
            group by _metadata.file_path
        )
    """).collect()
    described = session.sql(f"describe table extended {table}").collect()
    newest_version = next(line.data_type for line in described if line.col_name == "Location")
    place = newest_version.rpartition("__")[0] + "__*"
    return TableFigures(name, int(row[0]), int(row[1]), int(row[2]), place)
