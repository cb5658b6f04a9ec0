"""Building again: a published table is switched to a new version, and left alone by a build that fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from builds import NO_UNIT_TESTS, Builder, Lake
from hostile import write_raw
from lake_files import orphans
from sparkify.lake import published_runs
from sparkify.settings import PROJECT

STAR = ("songplays", "users", "songs", "artists", "time")


@pytest.fixture(scope="module")
def lake(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake that is built with `dbt run` and `dbt test` alone, as the seeds load themselves."""
    raw = tmp_path_factory.mktemp("publishing") / "raw"
    write_raw(raw)
    built = builder.build(raw, "publishing", "run")
    assert builder.dbt(built, "test", *NO_UNIT_TESTS)
    return built


def answers(lake: Lake, table: str) -> tuple[int, set[str]]:
    """Rows of the published table as the catalog has it, and the files that it is made of."""
    rows = SparkSession.builder.getOrCreate().table(f"{lake.schema}.{table}")
    return rows.count(), set(rows.inputFiles())


def files_below(folder: Path) -> dict[Path, int]:
    """Every parquet file below a folder but the ledger of the runs, with its modification time."""
    files = (path for path in folder.rglob("*.parquet") if not path.parent.name.startswith("run_ledger__"))
    return {path: path.stat().st_mtime_ns for path in files}


def test_a_run_with_nothing_new_writes_nothing(builder: Builder, lake: Lake) -> None:
    before = files_below(lake.folder)
    assert builder.dbt(lake, "build", *NO_UNIT_TESTS)
    assert files_below(lake.folder) == before


def test_a_full_refresh_gives_the_same_and_switches(builder: Builder, lake: Lake) -> None:
    before = {table: sorted(lake.rows(table), key=repr) for table in STAR}
    files = {table: answers(lake, table)[1] for table in STAR}
    assert builder.dbt(lake, "run", "--full-refresh")
    assert {table: sorted(lake.rows(table), key=repr) for table in STAR} == before
    for table in STAR:
        rows, files_after = answers(lake, table)
        assert rows == len(before[table])
        assert not files_after & files[table]


def test_only_the_newest_versions_stay(builder: Builder, lake: Lake) -> None:
    for _ in range(2):
        assert builder.dbt(lake, "run", "--select=users", "songplays", "--full-refresh")
    runs = published_runs(str(lake.folder), lake.schema)
    assert len(runs["users"]) == len(runs["songplays"]) == 2
    names = {path.name for path in (lake.folder / f"{lake.schema}_versions").iterdir()}
    for table in ("users", "songplays"):
        assert {name for name in names if name.startswith(f"{table}__")} == {f"{table}__{run}" for run in runs[table]}


def test_a_changed_seed_or_model_is_built_again(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    pages = project / "seeds" / "pages.csv"
    pages.write_text(pages.read_text(encoding="utf-8") + "Brand New,play,true,false\n", encoding="utf-8")
    change_users(project, "        first_name,", "        upper(first_name) as first_name,")
    before = published_runs(str(lake.folder), lake.schema)
    assert builder.dbt(lake, "build", f"--project-dir={project}", *NO_UNIT_TESTS)
    after = published_runs(str(lake.folder), lake.schema)
    changed = {table for table in after if after[table][-1] != before[table][-1]}
    assert changed >= {"pages", "int_log_rows", "songplays", "users"}
    assert not changed & {"int_song_rows", "songs", "artists", "us_states"}
    assert all(row[1] is None or row[1] == row[1].upper() for row in lake.rows("users"))
    assert builder.dbt(lake, "build", *NO_UNIT_TESTS)


def test_partitions_follow_the_raw_files(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(lake.raw, raw)
    day = '{"page":"NextSong","ts":1546300800000,"sessionId":9000,"itemInSession":0,"userId":"8","level":"paid"}'
    (raw / "log_data" / "2019-01-01.json").write_text(day, encoding="utf-8")
    (raw / "log_data" / "2018" / "11" / "odd.json").unlink()
    changed = Lake(raw=raw, folder=lake.folder, schema=lake.schema)
    days_before = {row[10] for row in lake.rows("songplays")}
    assert builder.dbt(changed, "run", "--select=+songplays", "--full-refresh")
    days = {row[10] for row in changed.rows("songplays")}
    assert {str(day) for day in days - days_before} == {"2019-01-01"}
    assert days_before - days
    assert answers(changed, "songplays")[0] == len(changed.rows("songplays"))


def test_a_failed_build_leaves_the_table_as_it_was(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    before = answers(lake, "users")
    change_users(project, "        first_name,", "        assert_true(user_id < 0) as first_name,")
    assert not builder.dbt(lake, "run", "--select=users", f"--project-dir={project}")
    assert answers(lake, "users") == before


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "        user_id,\n        first_name",
            "        cast(user_id as int) as user_id,\n        first_name",
            "says user_id bigint, and its query gives user_id int.",
        ),
        (
            "        gender,",
            "        gender,\n        1 as one,",
            "says its columns in their order, partitions last, and its query gives one int.",
        ),
        ("        gender,\n", "", "says gender string."),
        (
            "        gender,\n        level",
            "        level,\n        gender",
            "says its columns in their order, partitions last.",
        ),
    ],
    ids=["type", "one_more", "one_less", "order"],
)
def test_a_broken_contract_is_said(
    builder: Builder, lake: Lake, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    project = copy_of_project(tmp_path)
    before = answers(lake, "users")
    change_users(project, old, new)
    assert f"The contract of users {sentence}" in builder.error(
        lake, "run", "--select=users", f"--project-dir={project}"
    )
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
    stored = {table.name for table in tables if not table.isTemporary}
    assert stored == {"log_data", "log_data_files", "song_data", "song_data_files"}


def test_a_lost_catalog_is_made_again(builder: Builder, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write_raw(raw)
    lost = builder.build(raw, "lost", "run")
    rows = {table: sorted(lost.rows(table), key=repr) for table in STAR}
    found = Lake(raw=raw, folder=tmp_path / "lake", schema="found")
    shutil.copytree(lost.folder / "lost_versions", found.folder / "found_versions")
    assert {table: sorted(found.rows(table), key=repr) for table in STAR} == rows
    assert builder.dbt(found, "run")
    assert {table: sorted(found.rows(table), key=repr) for table in STAR} == rows
    assert orphans(found.folder, found.schema) == []
    assert all(len(runs) == 1 for runs in published_runs(str(found.folder), found.schema).values())


def test_a_catalog_serves_a_schema_in_one_lake(builder: Builder, lake: Lake, tmp_path: Path) -> None:
    elsewhere = Lake(raw=lake.raw, folder=tmp_path / "elsewhere", schema=lake.schema)
    assert not builder.dbt(elsewhere, "run")
    assert not list(elsewhere.folder.rglob("*"))


def change_users(project: Path, old: str, new: str) -> None:
    """Change the model `users` of a project."""
    model = project / "models" / "star" / "users.sql"
    sql = model.read_text(encoding="utf-8")
    assert old in sql
    model.write_text(sql.replace(old, new), encoding="utf-8")


def copy_of_project(scratch: Path) -> Path:
    """A copy of what dbt reads, for tests that change it."""
    project = scratch / "project"
    for name in ("models", "macros", "seeds", "tests"):
        shutil.copytree(PROJECT / name, project / name)
    shutil.copy(PROJECT / "dbt_project.yml", project)
    return project
