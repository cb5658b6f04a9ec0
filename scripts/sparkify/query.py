"""Answer one SQL question over a lake: no server, and nothing can be changed."""

from __future__ import annotations

import argparse
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

FORMATS = ("table", "csv", "json")
LIMIT = 100
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")
READING = {"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "SUMMARIZE", "FROM", "VALUES"}


def only_statement(text: str) -> str:
    """The one reading statement of a text; UserError where there is none, more than one, or one that writes."""
    statements = [part for part in map(_bare, sqlparse.split(text)) if part]
    if not statements:
        raise UserError('There is no question; ask one, for example ./scripts/query "select count(*) from songplays".')
    if len(statements) > 1:
        raise UserError(f"These are {len(statements)} statements; ask one question at a time.")
    first_word = statements[0].lstrip("(").split()[0].upper()
    if first_word not in READING:
        raise UserError(f"scripts/query only reads; {first_word} is no question.")
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


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/query."""
    arguments = argparse.ArgumentParser(prog="scripts/query", description=__doc__)
    arguments.add_argument("question", help='SQL, for example "select level, count(*) from songplays group by level"')
    arguments.add_argument(
        "--lake", help="the lake's folder or s3 URI (default: SPARKIFY_LAKE, or lake/ in the project)"
    )
    arguments.add_argument(
        "--format",
        choices=FORMATS,
        default="table",
        help="how to print the answer (default: table, with rounded numbers; csv and json have all rows and digits)",
    )
    arguments.add_argument(
        "--limit", type=int, default=LIMIT, help=f"rows of a table that are shown (default: {LIMIT})"
    )
    return arguments


def main(argv: list[str] | None = None) -> int:
    """Print the answer; 1 if the engine refuses the question, 2 if it can't be asked."""
    options = parser().parse_args(argv)
    try:
        question = only_statement(options.question)
        places = settings.resolve(lake=options.lake)
        answer = lake.connect(places.lake, places.schema).sql(question)
        if answer is not None:
            write(answer, options.format, options.limit, sys.stdout)
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except duckdb.Error as error:
        what, *more = str(error).split("\n\n")
        # DuckDB points at the place.
        print(
            "\n".join([" ".join(what.split()), *(part for part in more if part.startswith("LINE "))]), file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
