"""Building again: a published table is switched to a new version, and left alone by a build that fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from builds import Builder, Lake
from hostile import write_raw
from sparkify.lake import VERSION
from sparkify.settings import PROJECT

STAR = ("songplays", "users", "songs", "artists", "time")


@pytest.fixture(scope="module")
def lake(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake that is built with `dbt run` and `dbt test` alone, as the seeds load themselves."""
    raw = tmp_path_factory.mktemp("publishing") / "raw"
    write_raw(raw)
    built = builder.build(raw, "publishing", "run")
    assert builder.dbt(built, "test")
    return built


def answers(lake: Lake, table: str) -> tuple[int, str]:
    """Rows of the published table as the catalog has it, and the folder that it points at."""
    rows = SparkSession.builder.getOrCreate().table(f"{lake.schema}.{table}")
    (folder,) = {Path(file).parent for file in rows.inputFiles()} if table != "songplays" else {Path()}
    return rows.count(), str(folder)


def test_a_second_build_gives_the_same_and_switches(builder: Builder, lake: Lake) -> None:
    before = {table: sorted(lake.rows(table), key=repr) for table in STAR}
    place = answers(lake, "users")[1]
    assert builder.dbt(lake, "run")
    assert {table: sorted(lake.rows(table), key=repr) for table in STAR} == before
    assert answers(lake, "users")[1] != place
    for table in STAR:
        assert answers(lake, table)[0] == len(before[table])


def test_only_the_newest_versions_stay(builder: Builder, lake: Lake) -> None:
    assert builder.dbt(lake, "run", "--select=users", "songplays")
    assert builder.dbt(lake, "run", "--select=users", "songplays")
    folders = [path.name for path in (lake.folder / f"{lake.schema}_versions").iterdir()]
    names = [match["table"] for match in map(VERSION.fullmatch, folders) if match]
    assert names.count("users") == names.count("songplays") == 2


def test_partitions_follow_the_raw_files(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(lake.raw, raw)
    day = '{"page":"NextSong","ts":1546300800000,"sessionId":9000,"itemInSession":0,"userId":"8","level":"paid"}'
    (raw / "log_data" / "2019-01-01.json").write_text(day, encoding="utf-8")
    (raw / "log_data" / "2018" / "11" / "odd.json").unlink()
    changed = Lake(raw=raw, folder=lake.folder, schema=lake.schema)
    days_before = {row[10] for row in lake.rows("songplays")}
    assert builder.dbt(changed, "run", "--select=+songplays")
    days = {row[10] for row in changed.rows("songplays")}
    assert {str(day) for day in days - days_before} == {"2019-01-01"}
    assert days_before - days
    assert answers(changed, "songplays")[0] == len(changed.rows("songplays"))


def test_a_failed_build_leaves_the_table_as_it_was(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    before = answers(lake, "users")
    model = project / "models" / "star" / "users.sql"
    sql = model.read_text(encoding="utf-8")
    for broken in (
        sql.replace("        first_name,", "        assert_true(user_id < 0) as first_name,"),
        sql.replace(
            "        user_id,\n        first_name", "        cast(user_id as int) as user_id,\n        first_name"
        ),
    ):
        assert broken != sql
        model.write_text(broken, encoding="utf-8")
        assert not builder.dbt(lake, "run", "--select=users", f"--project-dir={project}")
        assert answers(lake, "users") == before


def test_changed_descriptions_reach_the_table(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    properties = project / "models" / "star" / "users.yml"
    text = properties.read_text(encoding="utf-8")
    properties.write_text(text.replace("\"{{ doc('gender') }}\"", '"It\'s \\\\ new; -- \\"x\\""'), encoding="utf-8")
    assert builder.dbt(lake, "run", "--select=users", f"--project-dir={project}")
    columns = SparkSession.builder.getOrCreate().catalog.listColumns(f"{lake.schema}.users")
    comments = {column.name: column.description for column in columns}
    assert comments["gender"] == 'It\'s \\ new; -- "x"'
    assert (comments["user_id"] or "").startswith("Id of the listener.")


def test_external_tables_are_made_by_hand(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    fresh = Lake(raw=lake.raw, folder=tmp_path / "lake", schema="by_hand")
    assert builder.dbt(fresh, "run-operation", "stage_external_sources")
    tables = SparkSession.builder.getOrCreate().catalog.listTables("by_hand_raw")
    assert {table.name for table in tables} == {"log_data", "song_data"}


def copy_of_project(scratch: Path) -> Path:
    """A copy of what dbt reads, for tests that change it."""
    project = scratch / "project"
    for name in ("models", "macros", "seeds", "tests"):
        shutil.copytree(PROJECT / name, project / name)
    shutil.copy(PROJECT / "dbt_project.yml", project)
    return project
