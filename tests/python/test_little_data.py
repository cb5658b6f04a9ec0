"""Every command works on tables without rows, and says what is empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

import oracle
from builds import NO_UNIT_TESTS, Builder, Lake
from hostile import event, song
from sparkify import settings, summary
from sparkify.canonical import first_differences
from sparkify.cli import main
from sparkify.report.report import QUESTIONS
from sparkify.report.section import NOTHING_PLAYED
from test_notebook import executed

# The raw files by their names, and what the summary says first.
CASES: dict[str, tuple[dict[str, bytes], str]] = {
    "nothing": ({}, "log_data has no rows"),
    "an event": ({"log_data/1.json": event(1)}, "song_data has no rows"),
    "a song and nobody logged in": (
        {
            "log_data/1.json": event(1, userId="", page="Home"),
            "log_data/2.json": event(2, ts=None) + b"\n" + event(3, ts=None),
            "song_data/1.json": song("SO1"),
        },
        "2 of 3 rows of log_data can't be used, among them all of 1 of 2 files.",
    ),
}


@pytest.fixture(scope="module", params=CASES)
def little(
    builder: Builder, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Lake]:
    """A lake of very little data; commands find it by their settings."""
    lake = builder.lake(tmp_path_factory.mktemp("little"), f"little_{request.param.replace(' ', '_')}")
    for source in ("log_data", "song_data"):
        (lake.raw / source).mkdir()
    for name, content in CASES[request.param][0].items():
        lake.deliver(name, content)
    builder.with_marts.add(lake.schema)
    assert builder.dbt(lake, "build", *NO_UNIT_TESTS)
    with patch.dict(os.environ, lake.environment()):
        yield lake


def test_tables_are_those_of_the_oracle(little: Lake) -> None:
    expected = oracle.compute(little.raw).tables
    for table in oracle.COLUMNS:
        assert first_differences(expected[table], little.rows(table)) == "", table
    for table in ("songplays", "time"):
        assert bool(little.files(table)) == bool(expected[table])


def test_the_summary_says_what_is_empty(little: Lake, request: pytest.FixtureRequest) -> None:
    text = summary.text(settings.resolve(), Path("report.html"))
    assert text.startswith(CASES[request.node.callspec.params["little"]][1])


def test_the_report_says_that_nothing_was_played(little: Lake, tmp_path: Path) -> None:
    assert main(["report", "--output", str(tmp_path / "report.html")]) == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    if not little.rows("songplays"):
        assert text.count(f'<p class="lead">{NOTHING_PLAYED}</p>') == len(QUESTIONS)
        assert "<svg" not in text
    assert text.endswith("</html>\n")


def test_queries_answer(little: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select count(*) as plays from songplays", "--format", "csv"]) == 0
    assert capsys.readouterr().out == f"plays\n{len(little.rows('songplays'))}\n"
    assert main(["query", "select * from song_recommendations where false"]) == 0


def test_tables_are_exported(little: Lake, tmp_path: Path) -> None:
    assert main(["export", "--to", str(tmp_path), "--table", "user_segments"]) == 0
    assert len(list(tmp_path.glob("*/*.parquet"))) == 6


def test_a_user_who_is_not_there_is_not_erased(little: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", "99", "--yes"]) == 2
    assert "There is no row of the user 99" in capsys.readouterr().err


def test_the_run_can_be_restored(little: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "--list"]) == 0
    (run,) = capsys.readouterr().out.splitlines()
    assert main(["restore", "--run", run.split()[0]]) == 0
    assert "0 had changed since" in capsys.readouterr().out


def test_the_notebook_runs(little: Lake) -> None:
    assert executed()
