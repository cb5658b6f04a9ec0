"""The summary after a run says what is probably wrong with files and rows that can't be used."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sparkify import summary
from sparkify.figures import TableFigures
from sparkify.settings import Settings

PLACES = Settings("raw", "lake", "sparkify")
TABLES = [TableFigures(name, 1, 1, 1) for name in ("run_ledger", "users", "songplays")]
GOOD = (None, None, None)
LEDGER = """
    ('1', timestamp '2018-11-01', 'songplays', 'success', 'new table'),
    ('2', timestamp '2018-11-02', 'songplays', 'success', 'new files'),
    ('2', timestamp '2018-11-02', 'users', 'unchanged', null)
) as ledger (run_id, started_at, table_name, status, reason
"""


def said(*rows: tuple[str, str | None, str | None, str | None], files: str = "('a', 'lines', null)") -> str:
    """The summary of a lake with some rows of logs (file, reason, field, text), one song, and some raw files."""
    connection = duckdb.connect()
    connection.execute("create schema sparkify_staging")
    columns = "(source_file text, rejection_reason text, field text, raw_text text)"
    for source, quarantine, found in (("log", "log", rows), ("song", "songs", (("s", *GOOD),))):
        connection.execute(f"create table sparkify_staging.int_{source}_rows {columns}")
        for row in found:
            connection.execute(f"insert into sparkify_staging.int_{source}_rows values (?, ?, ?, ?)", row)
        connection.execute(
            f"create view quarantined_{quarantine}_data as select *, rejection_reason as reason from"
            f" sparkify_staging.int_{source}_rows where rejection_reason <> 'erased'"
        )
    connection.execute(f"create table row_accounting as select {len(rows) + 1} as raw_rows")
    connection.execute("create table songplays as select 1 as play, 'S' as song_id")
    connection.execute(
        "create table raw_files as select *, timestamp '2018-11-02' as arrived_at"
        f" from (values {files}) as files (source_file, layout, reason)"
    )
    connection.execute(f"create table run_ledger as from (values {LEDGER})")
    return summary.lines(TABLES, PLACES, Path("report.html"), lambda question: connection.sql(question).fetchall())


def test_the_star_comes_first_with_what_the_last_run_did() -> None:
    lines = said(*[("a", *GOOD)] * 10).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("table "))
    assert [line.split()[0] for line in lines[at + 1 : at + 4]] == ["songplays", "users", "run_ledger"]
    assert [line.split("  ")[-1] for line in lines[at + 1 : at + 3]] == ["new files", "unchanged"]


def test_a_clean_source_needs_no_words() -> None:
    text = said(*[("a", *GOOD)] * 10)
    assert "can't be used" not in text
    assert "1 raw files, 1 new or changed: 1 read, 0 empty, 0 not read." in text
    assert "0 of 11 raw rows quarantined." in text


@pytest.mark.parametrize(
    ("reason", "field", "words"),
    [
        ("broken_json", None, "probably no JSON lines"),
        ("missing_value", "sessionId", "missing_value (sessionId); they probably have other fields"),
        ("out_of_range", "ts", "times are expected in milliseconds"),
        ("not_utf8", None, "another encoding"),
        ("wrong_type", "ts", "another meaning"),
        ("unknown_level", "level", "seeds/subscription_levels.csv"),
        ("play_without_user", "userId", "expected to have a user"),
    ],
)
def test_more_than_a_tenth_is_said_at_the_top(reason: str, field: str | None, words: str) -> None:
    rows = [("a", *GOOD)] * 8 + [("a", reason, field, "{the text}")]
    assert said(*rows).startswith("1 of 9 rows of log_data can't be used. Most common: ")
    assert words in said(*rows).splitlines()[0]
    assert "can't be used" not in said(*rows, *[("a", *GOOD)] * 8)


def test_a_file_without_a_usable_row_is_said() -> None:
    good, bad = [("a", *GOOD)] * 98, ("b", "broken_json", None, "x")
    assert said(*good, bad, bad).startswith("2 of 100 rows of log_data can't be used, among them all of 1 of 2 files.")
    # A file of one row is one row.
    assert "can't be used" not in said(*good, bad)


def test_erased_rows_are_no_fault() -> None:
    assert "can't be used" not in said(*[("a", "erased", None, None)] * 9)


def test_a_source_without_rows_is_said() -> None:
    assert said().startswith("log_data has no rows: ")


def test_each_reason_has_a_count_an_example_and_its_model() -> None:
    text = said(*[("a", *GOOD)] * 99, ("b", "missing_value", "ts", "{" + "x" * 100), ("c", "missing_value", "ts", "{"))
    assert f"       2  quarantined_log_data: missing_value (ts), e.g. '{{{'x' * 59}…' in b" in text


@pytest.mark.parametrize("reason", summary.REMEDIES)
def test_files_that_were_not_read_are_named(reason: str) -> None:
    text = said(("a", *GOOD), files=f"('a', 'lines', null), ('b', null, null), ('c', null, '{reason}')")
    assert "3 raw files, 3 new or changed: 1 read, 1 empty, 1 not read:" in text
    assert f"       1  raw_files: {reason}, e.g. c; {summary.REMEDIES[reason]}" in text
