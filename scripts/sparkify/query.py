"""Answers one SQL question over a lake."""

from __future__ import annotations

import csv
import json
import os
import sys
from decimal import Decimal
from typing import Any, TextIO

import duckdb
import sqlparse

from sparkify import lake, settings
from sparkify.errors import UserError

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")
READING = {"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "SUMMARIZE", "FROM", "VALUES"}


def only_statement(text: str) -> str:
    """The one reading statement of a text; UserError where there is none, more than one, or one that writes."""
    statements = [part for part in map(_bare, sqlparse.split(text)) if part]
    if not statements:
        raise UserError('There is no question; ask one, for example sparkify query "select count(*) from songplays".')
    if len(statements) > 1:
        raise UserError(f"These are {len(statements)} statements; ask one question at a time.")
    first_word = statements[0].lstrip("(").split()[0].upper()
    if first_word not in READING:
        raise UserError(f"This command only reads; {first_word} is no question.")
    return statements[0]


def _bare(statement: str) -> str:
    """A statement without comments and without the semicolon at its end."""
    return str(sqlparse.format(statement, strip_comments=True)).strip().rstrip(";").strip()


def write(relation: duckdb.DuckDBPyRelation, form: str, limit: int, out: TextIO) -> None:
    """Write an answer as a table of at most `limit` rows, as CSV (nulls empty) or as a JSON array of objects."""
    if form == "table":
        print(_table(relation, limit), file=out)
        return
    names = relation.columns
    if form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(relation.fetchall())
        return
    rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    json.dump(rows, out, default=str, ensure_ascii=False, indent=1)
    out.write("\n")


def _table(relation: duckdb.DuckDBPyRelation, limit: int) -> str:
    found = relation.fetchall()
    lines = [relation.columns, *([_cell(value) for value in row] for row in found[:limit])]
    widths = [max(len(line[column]) for line in lines) for column in range(len(relation.columns))]
    lines.insert(1, ["-" * width for width in widths])
    is_number = [str(kind).startswith(NUMBERS) for kind in relation.types]
    text = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, is_number, strict=True)
        ).rstrip()
        for line in lines
    ]
    rows = f"{len(found):,} row{'' if len(found) == 1 else 's'}"
    return "\n".join([*text, f"({f'{limit:,} of ' if len(found) > limit else ''}{rows})"])


def _cell(value: Any) -> str:
    """A value for people: a number with a fraction has two digits of it, a small one three that count."""
    if isinstance(value, (float, Decimal)):
        return f"{value:.3g}" if value and -1 < value < 1 else f"{value:.2f}"
    return "" if value is None else str(value)


def query(question: str, place: str | None, form: str, limit: int) -> int:
    """Print the answer; 1 if the engine refuses the question. `form` is table, csv or json."""
    statement = only_statement(question)
    places = settings.resolve(lake=place)
    try:
        answer = lake.connect(places.lake, places.schema).sql(statement)
        if answer is not None:
            write(answer, form, limit, sys.stdout)
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except duckdb.Error as error:
        what, *more = str(error).split("\n\n")
        # DuckDB points at the place.
        pointer = (part for part in more if part.startswith("LINE "))
        print("\n".join([" ".join(what.split()), *pointer]), file=sys.stderr)
        return 1
    return 0
