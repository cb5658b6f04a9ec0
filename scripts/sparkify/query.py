"""Answer one SQL question over a lake: no server, and nothing can be changed."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from typing import TextIO

import duckdb
import sqlparse

from sparkify import lake, settings
from sparkify.errors import UserError

FORMATS = ("table", "csv", "json")
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


def write(relation: duckdb.DuckDBPyRelation, form: str, out: TextIO) -> None:
    """Write an answer as an aligned table, as CSV (nulls empty) or as a JSON array of objects."""
    if form == "table":
        print(_table(relation), file=out)
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


def _table(relation: duckdb.DuckDBPyRelation) -> str:
    rows = [["" if value is None else str(value) for value in row] for row in relation.fetchall()]
    lines = [relation.columns, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(relation.columns))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/query."""
    arguments = argparse.ArgumentParser(prog="scripts/query", description=__doc__)
    arguments.add_argument("question", help='SQL, for example "select level, count(*) from songplays group by level"')
    arguments.add_argument(
        "--lake", help="the lake's folder or s3 URI (default: SPARKIFY_LAKE, or lake/ in the project)"
    )
    arguments.add_argument(
        "--format", choices=FORMATS, default="table", help="how to print the answer (default: table)"
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
            write(answer, options.format, sys.stdout)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except duckdb.Error as error:
        print(" ".join(str(error).split("\n\n")[0].split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
