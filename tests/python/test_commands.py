"""What people type: scripts/run and sparkify query, their answers and their error sentences."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow
import pytest

import small_lakes
from builds import Lake
from sparkify import query, summary
from sparkify.cli import main
from sparkify.dbt import Console
from sparkify.settings import PROJECT, Settings


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw folder with nothing in it."""
    for source in ("log_data", "song_data"):
        (tmp_path / "raw" / source).mkdir(parents=True)
    return tmp_path / "raw"


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr, which must be one line."""
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def test_run_without_a_raw_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--raw", str(tmp_path / "nowhere"), "--lake", str(tmp_path / "lake")]) == 2
    said = sentence(capsys)
    assert said.startswith(f"There is no folder {tmp_path / 'nowhere' / 'log_data'}; ")
    assert not (tmp_path / "lake").exists()


def test_run_with_a_lake_that_cannot_be_made(tmp_path: Path, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["run", "--raw", str(raw), "--lake", str(tmp_path / "file" / "lake")]) == 2
    assert "can't be made" in sentence(capsys)


@pytest.mark.parametrize("lake", ["raw", "raw/lake", "."])
def test_run_with_raw_and_lake_in_one_another(
    lake: str, tmp_path: Path, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--raw", str(raw), "--lake", str(tmp_path / lake)]) == 2
    assert "lie in one another; give each a folder of its own." in sentence(capsys)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "There is no question"),
        (" -- nothing\n ; ", "There is no question"),
        ("select 1; select 2", "These are 2 statements"),
        ("drop table users", "This command only reads; DROP is no question."),
        ("/* x */ attach 'x.db'", "This command only reads; ATTACH is no question."),
        ("copy users to 'x.csv'", "This command only reads; COPY is no question."),
    ],
)
def test_query_asks_only_questions(question: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", question]) == 2
    assert sentence(capsys).startswith(said)


def test_query_of_an_empty_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select 1", "--lake", str(tmp_path)]) == 2
    assert sentence(capsys).startswith(f"There are no tables in {tmp_path}; run ./scripts/run first")


def test_erase_needs_raw_data_and_a_lake(tmp_path: Path, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", "8", "--raw", str(tmp_path / "nowhere"), "--lake", str(tmp_path / "lake")]) == 2
    assert sentence(capsys).startswith("There is no folder")
    assert main(["erase", "8", "--raw", str(raw), "--lake", str(tmp_path / "lake")]) == 2
    assert sentence(capsys).startswith(f"There are no tables in {tmp_path / 'lake'}")


def test_erase_asks_and_knows_its_users(
    simulated: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_environment(simulated, monkeypatch)
    snapshots = simulated.snapshots()
    capsys.readouterr()
    assert main(["erase", "424242424242"]) == 2
    assert sentence(capsys).startswith("There is no row of the user 424242424242 in ")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["erase", str(simulated.rows("users")[0][0])]) == 2
    assert "is deleted; say --yes." in sentence(capsys)
    assert simulated.snapshots() == snapshots


def test_an_older_lake_is_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sparkify_versions" / "published").mkdir(parents=True)
    assert main(["query", "select 1", "--lake", str(tmp_path)]) == 2
    assert "is a lake of an older version of this project" in sentence(capsys)


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (("--raw", ""), {}, "--raw is empty; give a folder, or a place such as s3://bucket/folder."),
        (("--lake", "gs://lake"), {}, "--lake is gs://lake; Spark here reads folders and places such as s3://"),
        ((), {"SPARKIFY_SCHEMA": "my-schema"}, "SPARKIFY_SCHEMA is my-schema; give a name of small letters, digits"),
        ((), {"SPARKIFY_DRIVER_MEMORY": "abc"}, "SPARKIFY_DRIVER_MEMORY is abc; give a number and a unit, such as 4g."),
    ],
)
def test_a_wrong_setting_is_said_at_once(
    arguments: tuple[str, ...],
    variables: dict[str, str],
    said: str,
    raw: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SPARKIFY_RAW", str(raw))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["run", *arguments]) == 2
    assert sentence(capsys).startswith(said)


def set_environment(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment by which commands find a lake."""
    for name, value in lake.environment().items():
        monkeypatch.setenv(name, value)


def test_restore_of_an_empty_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "--list", "--lake", str(tmp_path)]) == 2
    assert sentence(capsys).startswith(f"There are no tables in {tmp_path}; ")


def test_restore_knows_its_runs(
    simulated: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_environment(simulated, monkeypatch)
    capsys.readouterr()
    assert main(["restore", "--list"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "  build  " in line and "songplays (new table)" in line
    assert main(["restore", "--run", "20180101t000000000_00000000"]) == 2
    assert sentence(capsys).startswith("20180101t000000000_00000000 is no run that can be restored; sparkify restore")


def test_maintain_keeps_at_least_one_snapshot(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["maintain", "--keep", "0"]) == 2
    assert capsys.readouterr().err.endswith("Invalid value for '--keep': 0 is not in the range x>=1.\n")


@pytest.fixture
def ask(simulated: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """A function that asks the simulated lake and gives exit code, stdout and stderr."""
    set_environment(simulated, monkeypatch)
    capsys.readouterr()

    def answer(question: str, form: str = "csv") -> tuple[int, str, str]:
        code = main(["query", question, "--lake", str(simulated.folder), "--format", form])
        said = capsys.readouterr()
        return code, said.out, said.err

    return answer


def test_query_answers_in_three_formats(simulated: Lake, ask) -> None:  # type: ignore[no-untyped-def]
    plays = len(simulated.rows("songplays"))
    question = "select count(*) as plays, null as nothing, min(event_date) as first_day from songplays -- all;"
    assert ask(question, "csv") == (0, f"plays,nothing,first_day\n{plays},,2018-11-01\n", "")
    code, out, _ = ask(question, "json")
    assert (code, json.loads(out)) == (0, [{"plays": plays, "nothing": None, "first_day": "2018-11-01"}])
    code, out, _ = ask(question, "table")
    assert code == 0
    assert [line.split() for line in out.splitlines()][::2] == [
        ["plays", "nothing", "first_day"],
        [str(plays), "2018-11-01"],
    ]


def shown(question: str, form: str = "table", limit: int = 100) -> list[str]:
    """What is printed of an answer."""
    out = io.StringIO()
    query.write(duckdb.sql(question), form, limit, out)
    return out.getvalue().splitlines()


def test_query_rounds_and_aligns_numbers_for_people() -> None:
    question = "select * from (values ('a', 1, 2.0 / 3, 12.3456), ('bcd', 100, 0.0, null)) as t (name, n, small, big)"
    assert shown(question) == [
        "name    n  small    big",
        "----  ---  -----  -----",
        "a       1  0.667  12.35",
        "bcd   100   0.00",
        "(2 rows)",
    ]
    assert shown(question, "csv")[1] == "a,1,0.6666666666666666,12.3456"


def test_query_says_how_many_rows_are_not_shown() -> None:
    assert shown("select * from range(5)", limit=2)[2:] == ["    0", "    1", "(2 of 5 rows)"]
    assert len(shown("select * from range(5)", "csv", limit=2)) == 6


def test_query_into_head_ends_quietly(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sparkify.cli query"
    small_lakes.new_table(small_lakes.new_lake(str(tmp_path)), "songplays", pyarrow.table({"songplay_id": ["a"]}))
    said = subprocess.run(
        ["bash", "-c", f"{command} 'select * from range(1000000)' --format csv | head -1; echo ${{PIPESTATUS[0]}}"],
        env=os.environ | {"SPARKIFY_LAKE": str(tmp_path), "PYTHONPATH": str(PROJECT / "scripts")},
        capture_output=True,
        text=True,
    )
    assert (said.stdout, said.stderr) == ("range\n0\n", "")


def test_query_sees_models_seeds_and_warehouse_views(simulated: Lake, ask) -> None:  # type: ignore[no-untyped-def]
    for table in ("users", "dim_users", "fact_songplays", f"{simulated.schema}.users", "pages", "staging_events"):
        code, out, said = ask(f"select count(*) as n from {table}")
        assert code == 0, said
        assert int(list(csv.reader(io.StringIO(out)))[1][0]) > 0


def test_query_shows_times_as_utc(simulated: Lake, ask) -> None:  # type: ignore[no-untyped-def]
    first = min(row[1] for row in simulated.rows("songplays"))
    assert ask("select min(start_time) as first from songplays")[1] == f"first\n{first}\n"


def test_query_reads_nothing_but_the_lake(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, said = ask("select * from read_csv('/etc/passwd')")
    assert (code, out) == (1, "")
    assert said.startswith("Permission Error")
    assert len(said.splitlines()) == 1


def test_query_says_what_the_engine_refuses(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, said = ask("select * from songplay")
    assert (code, out) == (1, "")
    assert 'Did you mean "songplays"?' in said
    said = ask("select * form songplays")[2]
    assert said.splitlines()[1:] == ["LINE 1: select * form songplays", " " * 22 + "^"]


def test_summary_names_every_table_and_reason(simulated: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(simulated, monkeypatch)
    places = Settings(str(simulated.raw), str(simulated.folder), simulated.schema)
    text = summary.text(places, Path("report.html"))
    for table in ("songplays", "users", "songs", "artists", "time", "user_level_history"):
        assert f"\n{table} " in text
    manifest = json.loads((simulated.raw / "_simulated.json").read_text(encoding="utf-8"))
    quarantined = len(simulated.rows("quarantined_log_data")) + len(simulated.rows("quarantined_songs_data"))
    assert f"{quarantined:,} of " in text
    logs = manifest["log_data"]
    assert f"{logs['matched_plays']:,} of {logs['plays']:,} plays matched" in text
    assert "quarantined_log_data: play_without_user (userId)" in text


def test_an_error_of_spark_has_no_plan(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "  [UNRESOLVED_COLUMN] A column `idd` can't be resolved. SQLSTATE: 42703; line 44 pos 8;"
    plan = "  'InsertIntoStatement Relation[id#1]\n  +- 'Project ['idd]\n     :- Join (id#1 = id#2)\n     +- Relation\n"
    message = f"In users\n{sentence}\n{plan}\n  Also"
    Console()(SimpleNamespace(info=SimpleNamespace(level="error", name="Failure", msg=message)))
    assert capsys.readouterr().err == f"In users\n{sentence}\n  Also\n"
