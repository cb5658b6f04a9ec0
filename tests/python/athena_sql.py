"""What Athena's SQL needs before Trino can run it, for the statements that dbt-athena and this project send.

Athena runs queries, views and `create table as` by Trino, and what defines schemas and external tables by Hive's
grammar. Here the first get Trino's names for the properties of a table, and the second become calls of Glue. A
statement of any other kind is refused: it would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

SERDE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
INPUT = "org.apache.hadoop.mapred.TextInputFormat"
OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

NAME = r"(?:`(\w+)`\.)?`(\w+)`"
CREATE_SCHEMA = re.compile(r"create schema if not exists `?(\w+)`?$", re.IGNORECASE)
DROP_TABLE = re.compile(rf"drop table if exists {NAME}$", re.IGNORECASE)
CREATE_EXTERNAL = re.compile(
    rf"create external table {NAME} \((?P<columns>[^()]*)\) row format serde '(?P<serde>[^']*)'"
    r" with serdeproperties \((?P<properties>[^()]*)\) location '(?P<location>(?:[^']|'')*)'$",
    re.IGNORECASE,
)
SET_PROPERTIES = re.compile(rf"alter table {NAME} set tblproperties \((?P<properties>[^()]*)\)$", re.IGNORECASE)
CREATE_TABLE_AS = re.compile(
    r'create table "\w+"\.(?P<name>"\w+"\."\w+")\s+with \((?P<properties>.*?)\)\s+as\s+(?P<query>.*)$',
    re.IGNORECASE | re.DOTALL,
)
OPTIMIZE = re.compile(r'optimize (?:"\w+"\.)?(?P<name>\S+) rewrite data using bin_pack$', re.IGNORECASE)
PROPERTY = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|array\[[^\]]*\]|\w+)", re.IGNORECASE)
PAIR = re.compile(r"'([^']*)'\s*=\s*'([^']*)'")
CREATE_VIEW = re.compile(r'create or replace view\s+"\w+"\."(?P<schema>\w+)"\."(?P<name>\w+)"', re.IGNORECASE)
LEADING_COMMENTS = re.compile(r"\s*(?:/\*.*?\*/|--[^\n]*\n)\s*", re.DOTALL)


def bare(statement: str) -> str:
    """A statement without the comment that dbt puts before it and without a semicolon."""
    while found := LEADING_COMMENTS.match(statement):
        statement = statement[found.end() :]
    return statement.strip().rstrip(";").strip()


def define_in_glue(statement: str, glue: Any, lake: str) -> bool:
    """Carry out a statement of Hive's grammar in Glue; whether it was one. `lake`: where new schemas lie."""
    text = " ".join(statement.split())
    for pattern, action in ACTIONS.items():
        if found := pattern.match(text):
            action(found, glue, lake)
            return True
    if re.match(r"(create external|create schema|create database|alter|msck|show|describe)\b", text, re.IGNORECASE):
        raise ValueError(f"this stand-in for Athena does not know the statement: {text[:200]}")
    return False


def _create_schema(found: re.Match[str], glue: Any, lake: str) -> None:
    try:
        glue.create_database(DatabaseInput={"Name": found[1], "LocationUri": f"{lake}/{found[1]}"})
    except glue.exceptions.AlreadyExistsException:
        return


def _drop_table(found: re.Match[str], glue: Any, lake: str) -> None:
    try:
        glue.delete_table(DatabaseName=found[1], Name=found[2])
    except glue.exceptions.EntityNotFoundException:
        return


def _create_external(found: re.Match[str], glue: Any, lake: str) -> None:
    if found["serde"] != SERDE:
        raise ValueError(f"this stand-in for Athena does not know the SerDe {found['serde']}")
    columns = [column.split() for column in found["columns"].split(",")]
    # Hive's grammar has escapes in its texts.
    properties = {name: value.replace("\\n", "\n") for name, value in PAIR.findall(found["properties"])}
    glue.create_table(
        DatabaseName=found[1],
        TableInput={
            "Name": found[2],
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE"},
            "PartitionKeys": [],
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
                "Location": found["location"].replace("''", "'"),
                "InputFormat": INPUT,
                "OutputFormat": OUTPUT,
                "SerdeInfo": {"SerializationLibrary": SERDE, "Parameters": properties},
            },
        },
    )


def _set_properties(found: re.Match[str], glue: Any, lake: str) -> None:
    table = table_input(glue.get_table(DatabaseName=found[1], Name=found[2])["Table"])
    table["Parameters"] = table.get("Parameters", {}) | dict(PAIR.findall(found["properties"]))
    glue.update_table(DatabaseName=found[1], TableInput=table)


ACTIONS: dict[re.Pattern[str], Callable[[re.Match[str], Any, str], None]] = {
    CREATE_SCHEMA: _create_schema,
    DROP_TABLE: _drop_table,
    CREATE_EXTERNAL: _create_external,
    SET_PROPERTIES: _set_properties,
}


def table_input(table: dict[str, Any]) -> dict[str, Any]:
    """What Glue takes of what it gives about a table."""
    names = ("Name", "Description", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    views = ("ViewOriginalText", "ViewExpandedText")
    return {name: table[name] for name in (*names, *views) if name in table}


def for_trino(statement: str, iceberg: str) -> str:
    """A statement as Trino takes it, whose catalog of Iceberg tables is named."""
    if found := OPTIMIZE.match(statement):
        return f"alter table {iceberg}.{found['name']} execute optimize"
    found = CREATE_TABLE_AS.match(statement)
    if found is None:
        return statement
    given = {name.lower(): value for name, value in PROPERTY.findall(found["properties"])}
    if given.pop("table_type") != "'iceberg'" or given.pop("is_external") != "false":
        raise ValueError("this stand-in for Athena makes Iceberg tables only")
    if given.pop("write_compression") != "'zstd'":
        raise ValueError("this stand-in for Athena compresses by zstd only")
    if "timestamp(3)" in found["query"]:
        raise ValueError("Athena's Iceberg tables take timestamp(6) only")
    properties = ", ".join(f"{name} = {value}" for name, value in given.items())
    return f"create table {iceberg}.{found['name']} with ({properties}) as {found['query']}"


def hive_type(trino_type: str) -> str:
    """The name that Hive, and so Glue, has for a type of a column of ours."""
    name = trino_type.split("(")[0]
    return {"varchar": "string", "integer": "int"}.get(name, name)
