"""The notebook answers the five questions, and is kept without its answers."""

from __future__ import annotations

import json
from collections import Counter

import nbformat
import pytest
from nbclient import NotebookClient

from builds import Lake
from sparkify.settings import PROJECT

NOTEBOOK = PROJECT / "notebooks" / "five_questions.ipynb"


def opened() -> nbformat.NotebookNode:
    """The notebook as git has it."""
    notebook: nbformat.NotebookNode = nbformat.reads(NOTEBOOK.read_text("utf-8"), 4)  # type: ignore[no-untyped-call]
    return notebook


def executed() -> nbformat.NotebookNode:
    """The notebook with its answers, over the lake of the settings."""
    notebook = opened()
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    return notebook


def test_it_is_kept_without_outputs() -> None:
    cells = opened().cells
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_it_answers_five_questions(s3part1943: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3part1943.environment().items():
        monkeypatch.setenv(name, value)
    answers: dict[str, list[str]] = {}
    for cell in executed().cells:
        if cell.cell_type == "markdown":
            question = cell.source.splitlines()[0]
        elif cell.outputs:
            answers.setdefault(question, []).extend(output["data"]["text/plain"] for output in cell.outputs)
    assert list(answers) == [
        "## How do listeners behave?",
        "## Which artists are popular, and when?",
        "## When do people listen, and for how long?",
        "## What should be recommended?",
        "## Whom should marketing speak to?",
    ]
    raw = [json.loads(line) for file in s3part1943.raw.glob("log_data/**/*.json") for line in file.open("rb")]
    plays = [row for row in raw if row["page"] == "NextSong"]
    days, artists, _, _, segments = (tables[0] for tables in answers.values())
    assert rows(days)[0][0] == "2018-11-01"
    assert int(rows(days)[0][2]) == sum(row["ts"] < 1_541_116_800_000 for row in plays)
    assert rows(artists)[0][:2] == [str(cell) for cell in Counter(row["artist"] for row in plays).most_common(1)[0]]
    assert sum(int(row[2]) for row in rows(segments)) == len({row["userId"] for row in plays})
    assert [rows(table) for tables in answers.values() for table in tables if not rows(table)] == []


def rows(table: str) -> list[list[str]]:
    """The rows of a table as DuckDB draws it, below the names and types of its columns."""
    lines = [line for line in table.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines[2:]]
