"""Who uses the marts is what the exposures say."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import yaml

from sparkify.report import report
from sparkify.settings import PROJECT

REF = re.compile(r"ref\('(\w+)'\)")
FROM = re.compile(r"\bfrom (\w+)")
MARTS = PROJECT / "models" / "analytics"


def contract(mart: str) -> dict[str, str]:
    """Columns and types of a mart."""
    (described,) = yaml.safe_load((MARTS / f"{mart}.yml").read_text(encoding="utf-8"))["models"]
    return {column["name"]: column["data_type"] for column in described["columns"]}


def exposures() -> dict[str, set[str]]:
    """The models that each exposure depends on."""
    text = (MARTS / "_exposures.yml").read_text(encoding="utf-8")
    return {one["name"]: set(REF.findall(" ".join(one["depends_on"]))) for one in yaml.safe_load(text)["exposures"]}


def test_the_report_asks_the_marts_that_it_is_said_to_ask() -> None:
    asked: set[str] = set()
    connection = duckdb.connect()
    for mart in report.MARTS:
        # Rows of nothing but 1, a day and a text: every question goes on to its end.
        columns = ", ".join(f"cast({SAMPLE[kind]} as {kind}) as {name}" for name, kind in contract(mart).items())
        connection.execute(f"create table {mart} as select {columns} from range({ROWS.get(mart, 1)})")

    def ask(question: str) -> list[tuple[Any, ...]]:
        asked.update(FROM.findall(question))
        return connection.sql(question).fetchall()

    connection.execute("update listening_heat_map set clock = 'utc'")
    connection.execute("update session_comparison set definition = 'log'")
    connection.execute("update recommendation_evaluation set evaluated_users = 0")
    connection.execute("update user_segments set segment = 'new', level = 'free'")
    for question in report.QUESTIONS:
        question.section(ask)
    assert asked == set(report.MARTS) == exposures()["answers_report"]


ROWS = {"conversion_funnel": 4}
SAMPLE = {"bigint": "1", "int": "1", "double": "1", "boolean": "true", "string": "'a'", "date": "'2018-11-05'"}


def test_every_mart_is_used_by_somebody() -> None:
    marts = {path.stem for path in MARTS.glob("*.sql")}
    assert marts - set().union(*exposures().values()) == set()


def test_analyses_ask_what_the_analysts_are_said_to_ask() -> None:
    asked = {name for path in (PROJECT / "analyses").glob("*.sql") for name in REF.findall(path.read_text("utf-8"))}
    assert asked <= exposures()["analysts_queries"]
