"""dbt's own commands work as in any project, on a new lake and on one that is built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pyspark.sql import SparkSession

from builds import NO_UNIT_TESTS, Builder, Lake, copy_of_project
from hostile import write_raw
from sparkify.settings import PROJECT

SELECTORS = [
    selector["name"]
    for selector in yaml.safe_load((PROJECT / "selectors.yml").read_text(encoding="utf-8"))["selectors"]
]


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands") / "raw"
    write_raw(folder)
    return folder


@pytest.fixture(scope="module")
def lake(builder: Builder, raw: Path) -> Lake:
    """A lake whose star is built and tested."""
    return builder.build(raw, "selector_star", *build("star"))


def build(selector: str) -> tuple[str, ...]:
    """dbt's arguments for what a selector names, with data tests."""
    return ("build", "--selector", selector, *NO_UNIT_TESTS)


@pytest.mark.parametrize("selector", SELECTORS)
def test_each_selector_builds_and_passes_on_a_new_lake(builder: Builder, raw: Path, lake: Lake, selector: str) -> None:
    new = lake if selector == "star" else builder.build(raw, f"selector_{selector}", *build(selector))
    before = new.snapshots()
    assert builder.dbt(new, *build(selector))
    assert new.snapshots() == before != {}


def test_compile_shows_what_a_run_would_do(builder: Builder, lake: Lake) -> None:
    assert builder.dbt(lake, "compile", "--select", "songplays")
    compiled = builder.scratch / "target" / "compiled" / "sparkify" / "models" / "star" / "songplays.sql"
    (plan,) = (line for line in compiled.read_text(encoding="utf-8").splitlines() if line.startswith("-- plan: "))
    assert json.loads(plan.removeprefix("-- plan: ")) | {"days": None} == {
        "write": "replace",
        "where": "false",
        "column": "event_date",
        "ranges": [],
        "days": None,
        "reason": None,
    }


def test_show_gives_rows(builder: Builder, lake: Lake) -> None:
    assert builder.dbt(lake, "show", "--select", "users", "--limit", "5")


def test_ls_lists_the_star(builder: Builder, lake: Lake) -> None:
    assert builder.dbt(lake, "ls", "--selector", "star", "--resource-types", "model")


def test_failures_are_stored(builder: Builder, lake: Lake) -> None:
    assert builder.dbt(lake, "test", "--select", "users", "--store-failures", *NO_UNIT_TESTS)


SPOILED = """
select cast(null as bigint) as user_id, 'free' as level, 1 as share
union all select 1, 'gold', 2
union all select 1, 'gold', 7
union all select 2, 'paid', cast('NaN' as double)
union all select 2, 'paid', 3
"""
TESTS = """
models:
  - name: spoiled
    config: {materialized: view, contract: {enforced: false}}
    columns:
      - {name: user_id, data_tests: [not_null, unique]}
      - name: level
        data_tests: [unique, {accepted_values: {arguments: {values: [free, paid]}}}]
      - {name: share, data_tests: [unique, not_null, {in_range: {arguments: {min: 1, max: 5}}}]}
    data_tests:
      - unique_together: {arguments: {columns: [user_id, level]}}
      - no_nulls: {arguments: {columns: [user_id, level]}}
"""


def test_data_tests_that_share_a_scan_find_what_each_would(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    (project / "models" / "warehouse" / "spoiled.sql").write_text(SPOILED, encoding="utf-8")
    (project / "models" / "warehouse" / "spoiled.yml").write_text(TESTS, encoding="utf-8")
    found = []
    for options in ((), ("--store-failures",)):
        # Failures that are stored come from dbt's own query for each test.
        builder.dbt(lake, "build", f"--project-dir={project}", "--select=spoiled", *options)
        results = json.loads((builder.scratch / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
        tests = [result for result in results if result["unique_id"].startswith("test.")]
        found.append({test["unique_id"]: test["status"] for test in tests})
    assert found[0] == found[1]
    assert sorted(found[0].values()) == ["fail"] * 7 + ["pass"] * 2


def test_an_empty_build_makes_the_tables_without_rows(builder: Builder, raw: Path) -> None:
    new = builder.build(raw, "commands_empty", "build", "--empty", "--select", "+models/star", *NO_UNIT_TESTS)
    assert new.rows("songplays") == new.rows("users") == new.rows("songs") == []
    # The rows come with the next run that is not empty.
    assert builder.dbt(new, "run", "--select", "+models/star")
    assert new.rows("songplays")


def test_a_changed_model_is_built_on_the_tables_of_another_schema(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    state = state_of(builder, lake, tmp_path)
    project = copy_of_project(tmp_path)
    users = project / "models" / "star" / "users.sql"
    users.write_text(users.read_text(encoding="utf-8") + "-- changed\n", encoding="utf-8")
    development = builder.lake(lake.raw, "commands_development")
    changed = ("build", "--select", "state:modified", "--defer", "--state", str(state), f"--project-dir={project}")
    assert builder.dbt(development, *changed, *NO_UNIT_TESTS)
    assert set(development.snapshots()) == {"users"}
    assert sorted(development.rows("users")) == sorted(lake.rows("users"))
    # Again, now that the table is there. A comment at the end of a model is none of the statement around it.
    assert builder.dbt(development, *changed, *NO_UNIT_TESTS)


def test_retry_builds_what_failed(builder: Builder, raw: Path, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    users = project / "models" / "star" / "users.sql"
    right = users.read_text(encoding="utf-8")
    users.write_text(right.replace("first_name", "no_such_column"), encoding="utf-8")
    new = builder.lake(raw, "commands_retry")
    assert not builder.dbt(new, "run", "--select", "+models/star", f"--project-dir={project}")
    assert "users" not in new.snapshots()
    users.write_text(right, encoding="utf-8")
    assert builder.dbt(new, "retry", f"--project-dir={project}")
    assert new.rows("users")


def test_docs_are_one_page(builder: Builder, lake: Lake) -> None:
    assert builder.dbt(lake, "docs", "generate", "--static")
    assert "model.sparkify.songplays" in (builder.scratch / "target" / "static_index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [
        *(("show", "--select", name) for name in ("vw_songs_data", "int_log_rows", "int_song_rows", "raw_files")),
        *(("compile",), ("source", "freshness"), ("docs", "generate")),
    ],
    ids=" ".join,
)
def test_a_new_session_gets_the_external_tables(command: tuple[str, ...], builder: Builder, lake: Lake) -> None:
    SparkSession.builder.getOrCreate().sql(f"drop database if exists spark_catalog.{lake.schema}_raw cascade")
    assert builder.dbt(lake, *command)


def test_from_another_folder(raw: Path, builder: Builder, tmp_path: Path) -> None:
    dbt = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", "seed"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(builder.profiles)),
            *("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")),
        ],
        cwd=tmp_path,
        env=os.environ | builder.lake(raw, "commands_elsewhere").environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert dbt.returncode == 0, dbt.stdout + dbt.stderr


def state_of(builder: Builder, lake: Lake, folder: Path) -> Path:
    """What dbt compares with: the manifest of a lake, in a folder."""
    assert builder.dbt(lake, "compile", "--select", "models/star")
    state = folder / "state"
    state.mkdir()
    shutil.copy(builder.scratch / "target" / "manifest.json", state)
    return state
