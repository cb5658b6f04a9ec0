"""Building again: a table changes in one commit, and is left alone by a build that fails or has nothing new."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from pyiceberg.table import Table
from pyspark.sql import SparkSession

from builds import NO_TESTS, NO_UNIT_TESTS, Builder, Lake, copy_of_project
from hostile import write_raw
from sparkify.lake import tables

STAR = ("songplays", "users", "songs", "artists", "time")


@pytest.fixture(scope="module")
def lake(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake that is built with `dbt run` and `dbt test` alone, as the seeds load themselves."""
    raw = tmp_path_factory.mktemp("publishing") / "raw"
    write_raw(raw)
    built = builder.build(raw, "publishing", "run")
    assert builder.dbt(built, "test", *NO_UNIT_TESTS)
    return built


def test_a_run_with_nothing_new_commits_nothing(builder: Builder, lake: Lake) -> None:
    before = lake.snapshots()
    assert builder.dbt(lake, "build", *NO_TESTS)
    assert lake.snapshots() == before


def test_a_full_refresh_gives_the_same_and_commits_once(builder: Builder, lake: Lake) -> None:
    before = {table: sorted(lake.rows(table), key=repr) for table in STAR}
    snapshots = lake.snapshots()
    assert builder.dbt(lake, "run", "--full-refresh")
    assert {table: sorted(lake.rows(table), key=repr) for table in STAR} == before
    for table in STAR:
        assert parents(lake, table)[0] == snapshots[table]


def test_a_changed_seed_or_model_is_built_again(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    pages = project / "seeds" / "pages.csv"
    pages.write_text(pages.read_text(encoding="utf-8") + "Brand New,play,true,false\n", encoding="utf-8")
    change_users(project, "        first_name,", "        upper(first_name) as first_name,")
    before = lake.snapshots()
    assert builder.dbt(lake, "build", f"--project-dir={project}", *NO_TESTS)
    after = lake.snapshots()
    changed = {table for table in after if after[table] != before[table]}
    assert changed >= {"pages", "songplays", "users"}
    assert not changed & {"songs", "artists", "us_states"}
    assert all(row[1] is None or row[1] == row[1].upper() for row in lake.rows("users"))
    assert builder.dbt(lake, "build", *NO_TESTS)


def test_days_follow_the_raw_files(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(lake.raw, raw)
    day = '{"page":"NextSong","ts":1546300800000,"sessionId":9000,"itemInSession":0,"userId":"8","level":"paid"}'
    (raw / "log_data" / "2019-01-01.json").write_text(day, encoding="utf-8")
    (raw / "log_data" / "2018" / "11" / "odd.json").unlink()
    changed = replace(lake, raw=raw)
    days_before = {row[10] for row in lake.rows("songplays")}
    assert builder.dbt(changed, "run", "--select=+songplays", "--full-refresh")
    days = {row[10] for row in changed.rows("songplays")}
    assert {str(day) for day in days - days_before} == {"2019-01-01"}
    assert days_before - days


def test_a_changed_contract_is_one_commit(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    change_users(project, "        gender,", "        gender,\n        1 as one,")
    properties = project / "models" / "star" / "users.yml"
    text = properties.read_text(encoding="utf-8")
    one = '      - name: one\n        data_type: int\n        description: "One."\n      - name: level\n'
    properties.write_text(text.replace("      - name: level\n", one, 1), encoding="utf-8")
    before = [snapshot.snapshot_id for snapshot in table_of(lake, "users").snapshots()]
    # dbt knows files by their times, which those of the next copy of the project have too.
    assert builder.dbt(lake, "run", "--select=users", f"--project-dir={project}", "--no-partial-parse")
    assert [snapshot.snapshot_id for snapshot in table_of(lake, "users").snapshots()][:-1] == before
    schema = {field.name: field for field in table_of(lake, "users").schema().fields}
    assert list(schema) == ["user_id", "first_name", "last_name", "gender", "one", "level"]
    assert schema["user_id"].required and not schema["gender"].required
    assert schema["one"].doc == "One."
    assert builder.dbt(lake, "run", "--select=users", "--no-partial-parse")
    assert "one" not in {field.name for field in table_of(lake, "users").schema().fields}


def table_of(lake: Lake, name: str) -> Table:
    """A table as the catalog has it."""
    with patch.dict(os.environ, lake.environment()):
        return tables(str(lake.folder), lake.schema)[name].table


def parents(lake: Lake, name: str) -> list[int | None]:
    """The snapshot before the current one of a table, and so on."""
    metadata = table_of(lake, name).metadata
    found, snapshot = [], metadata.current_snapshot()
    while snapshot is not None:
        found.append(snapshot.parent_snapshot_id)
        snapshot = metadata.snapshot_by_id(snapshot.parent_snapshot_id) if snapshot.parent_snapshot_id else None
    return found


def test_a_failed_build_leaves_the_table_as_it_was(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    before = lake.snapshots()
    change_users(project, "        first_name,", "        assert_true(user_id < 0) as first_name,")
    assert not builder.dbt(lake, "run", "--select=users", f"--project-dir={project}")
    assert lake.snapshots() == before


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "        user_id,\n        first_name",
            "        cast(user_id as double) as user_id,\n        first_name",
            'Cannot safely cast `user_id` "DOUBLE" to "BIGINT"',
        ),
        ("        gender,", "        gender,\n        1 as one,", "too many data columns"),
        ("        gender,\n", "", "Cannot find data for the output column `gender`"),
    ],
    ids=["type", "one_more", "one_less"],
)
def test_a_broken_contract_is_said(
    builder: Builder, lake: Lake, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    project = copy_of_project(tmp_path)
    before = lake.snapshots()
    change_users(project, old, new)
    assert sentence in builder.error(lake, "run", "--select=users", f"--project-dir={project}")
    assert lake.snapshots() == before


def test_columns_go_to_the_table_by_their_names(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    before = lake.rows("users")
    change_users(project, "        gender,\n        level", "        level,\n        gender")
    assert builder.dbt(lake, "run", "--select=users", f"--project-dir={project}")
    assert sorted(lake.rows("users")) == sorted(before)


def test_changed_descriptions_reach_the_table(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    properties = project / "models" / "star" / "users.yml"
    text = properties.read_text(encoding="utf-8")
    properties.write_text(text.replace("\"{{ doc('gender') }}\"", '"It\'s \\\\ new; -- \\"x\\""'), encoding="utf-8")
    assert builder.dbt(lake, "run", "--select=users", f"--project-dir={project}")
    comments = {field.name: field.doc for field in table_of(lake, "users").schema().fields}
    assert comments["gender"] == 'It\'s \\ new; -- "x"'
    assert (comments["user_id"] or "").startswith("Id of the listener.")


def test_external_tables_are_made_by_hand(builder: Builder, lake: Lake) -> None:
    fresh = builder.lake(lake.raw, "by_hand")
    assert builder.dbt(fresh, "run-operation", "stage_external_sources")
    tables = SparkSession.builder.getOrCreate().sql("show tables in spark_catalog.by_hand_raw").collect()
    stored = {table.tableName for table in tables if not table.isTemporary}
    assert stored == {f"{source}{kind}" for source in ("log_data", "song_data") for kind in ("", "_files", "_texts")}


def test_a_null_in_a_key_stops_the_build(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    before = lake.snapshots()
    change_users(
        project,
        "        user_id,\n        first_name",
        "        nullif(user_id, user_id) as user_id,\n        first_name",
    )
    message = builder.error(lake, "run", "--select=users", f"--project-dir={project}")
    assert "NOT_NULL_ASSERT_VIOLATION" in message
    assert lake.snapshots() == before


def test_a_catalog_serves_a_schema_in_one_lake(
    builder: Builder, lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = replace(lake, folder=tmp_path / "elsewhere")
    assert not builder.dbt(elsewhere, "run")
    assert "was made in" in capsys.readouterr().out
    assert not list(elsewhere.folder.rglob("*"))


def change_users(project: Path, old: str, new: str) -> None:
    """Change the model `users` of a project."""
    model = project / "models" / "star" / "users.sql"
    sql = model.read_text(encoding="utf-8")
    assert old in sql
    model.write_text(sql.replace(old, new), encoding="utf-8")
