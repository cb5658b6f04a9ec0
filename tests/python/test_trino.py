"""On Trino, of which Athena is made, the tables are those of Spark and of the independent computation."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest

import oracle
from builds import MARTS, Lake
from histories import arrive, real_days
from hostile import copy_cases, write_raw
from shared_data import SHARED_CASES, raw_tree_71
from sparkify.canonical import first_differences
from sparkify.cli import main
from sparkify.compare.engines import RAW_CATALOG, Row, spark_rows, trino_rows
from sparkify.compare.models import Model, published
from sparkify.compare.report import compare
from trino_lakes import TrinoBuilder, TrinoLake, raw_bytes_read

DRAWN = range(1, 1 + int(os.environ.get("SPARKIFY_HISTORIES", "1")))
# What they are is compared here, and dbt's tests run with the whole build.
TABLES_ALONE = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test", "--exclude", MARTS)


@pytest.fixture(scope="module")
def real(trino: TrinoBuilder, s3part1943: Lake) -> TrinoLake:
    return trino.build(s3part1943.raw, "real")


@pytest.fixture(scope="module")
def hostile(trino: TrinoBuilder, real: TrinoLake, tmp_path_factory: pytest.TempPathFactory) -> TrinoLake:
    """A second build over the first, whose rows are gone from here on, from another raw folder."""
    raw = tmp_path_factory.mktemp("hostile") / "it's a raw, folder"
    write_raw(raw)
    copy_cases(SHARED_CASES, raw)
    return trino.build(raw, real.schema, *TABLES_ALONE, "--full-refresh")


@dataclass(frozen=True)
class OnSpark:
    """A lake that Spark built, as compare_engines looks at it."""

    lake: Lake
    name: str = "spark"

    def rows(self, model: Model) -> list[Row]:
        """The rows of a table."""
        with patch.dict(os.environ, self.lake.environment()):
            return spark_rows(self.lake.raw.resolve(), self.lake.folder, self.lake.schema, model)


@dataclass(frozen=True)
class OnTrino:
    """A lake that Trino built, as compare_engines looks at it."""

    lake: TrinoLake
    name: str = "trino"

    def rows(self, model: Model) -> list[Row]:
        """The rows of a table."""
        return trino_rows(self.lake.server, self.lake.raw, self.lake.schema, model)


def test_every_table_that_people_read_is_that_of_spark(real: TrinoLake, s3part1943: Lake, trino: TrinoBuilder) -> None:
    models = published(trino.scratch / "target" / "manifest.json")
    assert {"songplays", "user_segments", "quarantined_log_data"} <= {model.name for model in models}
    assert [text for text, equal in compare([OnSpark(s3part1943), OnTrino(real)], models) if not equal] == []


@pytest.fixture(scope="module")
def exported(s3part1943: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The star that Spark built, as plain parquet."""
    folder = tmp_path_factory.mktemp("exported") / "star"
    with patch.dict(os.environ, s3part1943.environment()):
        assert main(["export", "--to", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("table", ["songplays", "users", "songs", "artists", "time"])
def test_exported_files_are_read_alike(table: str, trino: TrinoBuilder, s3part1943: Lake, exported: Path) -> None:
    manifest = json.loads((trino.scratch / "target" / "manifest.json").read_text(encoding="utf-8"))
    names = {"string": "varchar", "int": "integer"}
    columns = [
        f"{name} {names.get(column['data_type'], column['data_type'])}"
        for name, column in manifest["nodes"][f"model.sparkify.{table}"]["columns"].items()
    ]
    trino.server.query(f"create schema if not exists {RAW_CATALOG}.of_spark")
    trino.server.query(
        f"create table {RAW_CATALOG}.of_spark.{table} ({', '.join(columns)})"
        f" with (format = 'PARQUET', external_location = 'local://{exported / table}')"
    )
    lake = TrinoLake(trino.server, s3part1943.raw, "of_spark")
    assert first_differences(s3part1943.rows(table), lake.rows(table)) == ""


def test_tables_have_partitions_and_comments(real: TrinoLake) -> None:
    (ddl,) = real.query("show create table songplays")[0]
    assert "partitioning = ARRAY['event_date']" in ddl
    assert "format = 'PARQUET'" in ddl
    assert "COMMENT '" in ddl.split("songplay_id")[1].split("\n")[0]


def test_a_second_build_from_hostile_input_gives_the_tables_of_the_oracle(hostile: TrinoLake) -> None:
    assert differences(hostile) == {}


def files(lake: TrinoLake) -> set[tuple[str, str]]:
    """The files of songplays with their days."""
    return set(lake.query('select file_path, cast(partition.event_date as varchar) from "songplays$files"'))


def differences(lake: TrinoLake) -> dict[str, str]:
    """What is not as the independent computation has it, by table."""
    expected = oracle.compute(lake.raw, line_by_line=True)
    found = {table: first_differences(expected.tables[table], lake.rows(table)) for table in oracle.COLUMNS}
    logs = expected.accounting["log_data"]
    found["int_log_rows"] = first_differences(
        [row for row in ((True, logs.kept + logs.duplicates), (False, logs.quarantined)) if row[1]],
        lake.query(f"select is_usable, count(*) from {lake.schema}_staging.int_log_rows group by 1"),
    )
    return {table: text for table, text in found.items() if text}


def test_freshness_is_that_of_the_newest_file(trino: TrinoBuilder, hostile: TrinoLake) -> None:
    assert trino.dbt(hostile, "source", "freshness")
    (checked,) = json.loads((trino.scratch / "target" / "sources.json").read_text(encoding="utf-8"))["results"]
    logs = (hostile.raw / "log_data").rglob("*")
    newest = max(path.stat().st_mtime for path in logs if path.is_file() and path.name[0] not in "_.")
    assert checked["status"] == "warn"
    assert datetime.fromisoformat(checked["max_loaded_at"]).timestamp() == newest


@pytest.mark.parametrize("seed", DRAWN)
def test_any_history_ends_in_the_same_tables(seed: int, trino: TrinoBuilder, tmp_path: Path) -> None:
    lake = TrinoLake(trino.server, tmp_path, f"history{seed}")
    for _ in arrive(seed, real_days(), lake.raw):
        assert trino.dbt(lake, "build", *TABLES_ALONE, "--vars", "{recheck_days: 36500}")
    assert differences(lake) == {}


def test_a_day_is_read_and_built_alone_and_a_user_erased(trino: TrinoBuilder, tmp_path: Path) -> None:
    raw = raw_tree_71(tmp_path / "raw")
    day = raw / "log_data" / "2018" / "11" / "2018-11-08-events.json"
    day.rename(tmp_path / "later.json")
    lake = trino.build(raw, "days", *TABLES_ALONE)
    full, before = raw_bytes_read(lake.server, lake.schema), files(lake)
    assert full == sum(path.stat().st_size for path in raw.rglob("*.json"))

    (tmp_path / "later.json").rename(day)
    assert trino.dbt(lake, "build", *TABLES_ALONE)
    assert raw_bytes_read(lake.server, lake.schema) - full == day.stat().st_size < full / 20
    assert differences(lake) == {}
    assert {day for _, day in files(lake) ^ before} == {"2018-11-08"}

    before = files(lake)
    assert trino.dbt(lake, "build", *TABLES_ALONE)
    assert files(lake) == before
    ledger = lake.query(
        "select reason, rows_written > 0 from run_ledger where table_name = 'songplays' order by run_id"
    )
    assert ledger == [("new table", True), ("changed days", True), (None, False)]

    user, plays = lake.query("select user_id, count(*) from songplays group by 1 order by 2 desc limit 1")[0]
    user_hash = hashlib.md5(str(user).encode()).hexdigest()
    left = lake.query("select count(*) from songplays")[0][0] - plays
    assert trino.dbt(lake, "run-operation", "erase_user", "--args", f"{{user_hash: {user_hash}}}")
    assert trino.dbt(lake, "build", *TABLES_ALONE, "--full-refresh")
    assert lake.query("select count(*) from songplays") == [(left,)]
    assert lake.query(f"select count(*) from days_staging.int_log_rows where user_id = {user}") == [(0,)]

    states = "select count(*) from days_staging.snapshot_states"
    known = lake.query(states)
    assert trino.dbt(lake, "run-operation", "join_small_files")
    assert lake.query('select count(*) from days_staging."snapshot_states$files"') == [(1,)]
    assert lake.query(states) == known


def test_empty_folders_give_empty_tables(trino: TrinoBuilder, tmp_path: Path) -> None:
    (tmp_path / "log_data").mkdir()
    (tmp_path / "song_data" / "A").mkdir(parents=True)
    lake = trino.build(tmp_path, "nothing", *TABLES_ALONE)
    for table in ("songplays", "time", "users", "songs", "artists", "quarantined_songs_data"):
        assert lake.rows(table) == []
