"""The first minutes of somebody who has just cloned the project."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clones import clone_to, command
from sparkify.settings import PROJECT

# What must never be seen on the console: Spark's and Java's own words, and progress bars of stages.
NOISE = re.compile(
    r"WARN|\bINFO\b|Exception|\tat |\[Stage|log4j|Spark's default|adjust logging level|incubator|CodeCache"
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, in a folder with a blank in its name."""
    return clone_to(tmp_path_factory.mktemp("clone") / "sparkify lakehouse")


@pytest.fixture(scope="module")
def first_run(clone: Path) -> subprocess.CompletedProcess[str]:
    """`./scripts/run` with no settings."""
    return command(clone, "./scripts/run")


def test_run_builds_tests_documents_and_sums_up(clone: Path, first_run: subprocess.CompletedProcess[str]) -> None:
    assert first_run.returncode == 0, first_run.stderr
    for table in ("songplays", "users", "songs", "artists", "time"):
        assert re.search(rf"^{table} +[\d,]+ +\d+ +[\d,]+  new table$", first_run.stdout, re.M)
    assert re.search(r"^\d[\d,]* of [\d,]+ raw rows quarantined", first_run.stdout, re.M)
    assert re.search(r"^[\d,]+ of [\d,]+ plays matched a song", first_run.stdout, re.M)
    assert f"Report: {clone / 'lake' / 'report.html'}" in first_run.stdout.splitlines()
    assert (clone / "lake" / "report.html").read_text(encoding="utf-8").count("<svg ") == 16
    assert "dbt docs serve" in first_run.stdout
    assert (clone / "profiles.yml").read_bytes() == (clone / "profiles.example.yml").read_bytes()
    assert (clone / "target" / "index.html").exists()


def test_a_run_with_nothing_new_starts_nothing(clone: Path, first_run: subprocess.CompletedProcess[str]) -> None:
    again = command(clone, "./scripts/run", PATH=os.environ["PATH"], JAVA_HOME="/nowhere")
    assert (again.returncode, again.stderr.splitlines()) == (
        0,
        ["Nothing is new since the last run, whose tests passed; --force builds and tests all the same."],
    )
    assert again.stdout.splitlines()[-20:] == first_run.stdout.splitlines()[-20:]
    assert "staging" not in first_run.stdout
    assert "int_log_rows " in command(clone, "./scripts/run", "--all").stdout


def test_progress_is_a_line_now_and_then(first_run: subprocess.CompletedProcess[str]) -> None:
    found = re.findall(r"^  (\d+) of (\d+) models, seeds and tests, \d+ s$", first_run.stderr, re.M)
    assert found == sorted(found, key=lambda line: int(line[0]))
    assert 0 < int(found[0][0]) < int(found[0][1])
    assert len(first_run.stderr.splitlines()) < 30


def test_the_console_is_quiet(first_run: subprocess.CompletedProcess[str]) -> None:
    assert NOISE.search(first_run.stdout + first_run.stderr) is None


def test_docs_describe_everything_with_types(clone: Path, first_run: subprocess.CompletedProcess[str]) -> None:
    manifest = json.loads((clone / "target" / "manifest.json").read_text(encoding="utf-8"))
    catalog = json.loads((clone / "target" / "catalog.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"] | manifest["sources"]
    described = {key: node for key, node in nodes.items() if node["resource_type"] in ("model", "seed", "source")}
    assert set(catalog["nodes"] | catalog["sources"]) == set(described)
    for key, node in described.items():
        columns = (catalog["nodes"] | catalog["sources"])[key]["columns"]
        assert node["description"], key
        assert set(columns) == set(node["columns"]), key
        for name, column in columns.items():
            assert node["columns"][name]["description"], (key, name)
            declared = node["columns"][name].get("data_type")
            assert column["type"] == (declared or column["type"]), (key, name)


def test_docs_tell_rows_and_bytes_of_every_table(clone: Path, first_run: subprocess.CompletedProcess[str]) -> None:
    manifest = json.loads((clone / "target" / "manifest.json").read_text(encoding="utf-8"))
    catalog = json.loads((clone / "target" / "catalog.json").read_text(encoding="utf-8"))
    tables = {
        key
        for key, node in manifest["nodes"].items()
        if node["config"]["materialized"] in ("table", "incremental", "seed")
    }
    statistics = {key: catalog["nodes"][key]["stats"] for key in tables}
    assert {"model.sparkify.songplays", "seed.sparkify.pages"} <= tables
    for key, found in statistics.items():
        assert found["bytes"]["value"] > 0, key
    answer = command(clone, "./scripts/query", "select count(*) as plays from songplays", "--format", "json")
    assert json.loads(answer.stdout) == [{"plays": statistics["model.sparkify.songplays"]["rows"]["value"]}]


def test_dbt_by_itself_sees_the_project_of_that_run(
    clone: Path, first_run: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    shutil.copy(clone / "target" / "manifest.json", tmp_path)
    dbt = Path(sys.executable).with_name("dbt")
    changed = command(clone, str(dbt), "--quiet", "ls", "--select", "state:modified", "--state", str(tmp_path))
    assert (changed.returncode, changed.stdout) == (0, "")


def test_query_answers(clone: Path, first_run: subprocess.CompletedProcess[str]) -> None:
    question = "select count(*) as plays, count(distinct songplay_id) as ids from songplays"
    answer = command(clone, "./scripts/query", question, "--format", "csv")
    assert (answer.returncode, answer.stderr) == (0, "")
    ((plays, ids),) = list(csv.reader(io.StringIO(answer.stdout)))[1:]
    assert int(plays) == int(ids) > 1000


def test_an_unknown_target_is_said(clone: Path, first_run: subprocess.CompletedProcess[str]) -> None:
    answer = command(clone, "./scripts/run", SPARKIFY_TARGET="nowhere")
    assert answer.returncode == 1
    assert "does not have a target named 'nowhere'" in answer.stderr + answer.stdout
    assert NOISE.search(answer.stderr + answer.stdout) is None


def steps() -> list[tuple[str, str]]:
    """The commands of docs/first-session.md, each with what the page shows of its output."""
    text = (PROJECT / "docs" / "first-session.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL))
    return re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", blocks, re.MULTILINE)


def pattern(shown: str) -> str:
    """What an output must be like: `…` alone is any lines, within a line any text."""
    lines = ("(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines())
    return "".join(lines)


# The last one, as it writes other documentation.
def test_the_first_session_is_as_the_page_shows_it(
    clone: Path, first_run: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert len(steps()) > 8
    (tmp_path / "scripts").symlink_to(clone / "scripts")
    # `sparkify` is that of the clone.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {"PATH": path, "PYTHONPATH": str(clone / "scripts"), "SPARKIFY_VENV": sys.prefix}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SPARKIFY_", "DBT_"))}
    for typed, shown in steps():
        if typed == "./scripts/run":
            said = first_run.stderr + first_run.stdout
        else:
            # A shell's background jobs ignore the signal of Ctrl-C, and so would this one's.
            said = subprocess.run(
                ["bash", "-c", typed],
                cwd=tmp_path,
                env=inherited | settings,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            ).stdout
        assert re.fullmatch(pattern(shown), said), f"{typed}\n{said}"
