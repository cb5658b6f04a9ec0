"""The tables of a lake as Spark's catalog has them, wherever their files lie: for a lake on S3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sparkify import server
from sparkify.figures import TableFigures
from sparkify.settings import Settings

Ask = Callable[[str], list[tuple[Any, ...]]]


def figures(ask: Ask, schema: str) -> list[TableFigures]:
    """Rows, files, bytes and place of each table of a schema."""
    names = sorted({name for _, name, is_temporary in ask(f"show tables in `{schema}`") if not is_temporary})
    described = {name: _described(ask, f"`{schema}`.`{name}`") for name in names}
    return [
        _figures_of(ask, schema, name, about["Location"])
        for name, about in described.items()
        if about["Type"] != "VIEW"
    ]


def of(settings: Settings) -> Ask:
    """Asks the catalog of a lake, with the lake's schema as the current one: at the server, if dbt has one to ask."""
    if settings.on_server:
        known = server.from_environment()
        return lambda question: known.ask(question, settings.schema)
    return session(settings.schema)


def session(schema: str) -> Ask:
    """Asks the Spark session that dbt has started in this process."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    spark.catalog.setCurrentDatabase(schema)
    return lambda question: [tuple(row) for row in spark.sql(question).collect()]


def _described(ask: Ask, table: str) -> dict[str, str]:
    return {name: value for name, value, _ in ask(f"describe table extended {table}")}


def _figures_of(ask: Ask, schema: str, name: str, newest_version: str) -> TableFigures:
    ((rows, files, size),) = ask(f"""
        select coalesce(sum(rows), 0), count(*), coalesce(sum(bytes), 0)
        from (
            select count(*) as rows, max(_metadata.file_size) as bytes
            from `{schema}`.`{name}`
            group by _metadata.file_path
        )
    """)
    place = newest_version.rpartition("__")[0] + "__*"
    return TableFigures(name, int(rows), int(files), int(size), place)
