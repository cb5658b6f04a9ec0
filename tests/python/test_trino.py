"""On Trino, of which Athena is made, the tables are those of Spark and of the independent computation."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest

import oracle
from builds import MARTS, Lake
from hostile import copy_cases, write_raw
from shared_data import SHARED_CASES
from sparkify.canonical import first_differences
from sparkify.compare.engines import Row, spark_rows, trino_rows
from sparkify.compare.models import Model, published
from sparkify.compare.report import compare
from sparkify.export import main as export
from trino_lakes import TrinoBuilder, TrinoLake

# What they are is compared here, and dbt's tests run with the whole build.
TABLES_ALONE = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test", "--exclude", MARTS)


@pytest.fixture(scope="module")
def real(trino: TrinoBuilder, s3part1943: Lake) -> TrinoLake:
    return trino.build(s3part1943.raw, "real")


@pytest.fixture(scope="module")
def hostile(trino: TrinoBuilder, real: TrinoLake, tmp_path_factory: pytest.TempPathFactory) -> TrinoLake:
    """A second build over the first, whose tables are gone from here on, from another raw folder."""
    raw = tmp_path_factory.mktemp("hostile") / "it's a raw, folder"
    write_raw(raw)
    copy_cases(SHARED_CASES, raw)
    return trino.build(raw, real.schema, *TABLES_ALONE)


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
        assert export(["--to", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("table", ["songplays", "users", "songs", "artists", "time"])
def test_exported_files_are_read_alike(table: str, trino: TrinoBuilder, s3part1943: Lake, exported: Path) -> None:
    manifest = json.loads((trino.scratch / "target" / "manifest.json").read_text(encoding="utf-8"))
    names = {"string": "varchar", "int": "integer"}
    columns = [
        f"{name} {names.get(column['data_type'], column['data_type'])}"
        for name, column in manifest["nodes"][f"model.sparkify.{table}"]["columns"].items()
    ]
    trino.server.query("create schema if not exists lake.of_spark")
    trino.server.query(
        f"create table lake.of_spark.{table} ({', '.join(columns)})"
        f" with (format = 'PARQUET', external_location = 'local://{exported / table}')"
    )
    lake = TrinoLake(trino.server, s3part1943.raw, "of_spark")
    assert first_differences(s3part1943.rows(table), lake.rows(table)) == ""


def test_tables_have_partitions_and_comments(real: TrinoLake) -> None:
    (ddl,) = real.query("show create table songplays")[0]
    assert "partitioned_by = ARRAY['event_date']" in ddl
    assert "format = 'PARQUET'" in ddl
    assert "COMMENT '" in ddl.split("songplay_id")[1].split("\n")[0]


def test_a_second_build_from_hostile_input_gives_the_tables_of_the_oracle(hostile: TrinoLake) -> None:
    assert differences(hostile) == {}


def differences(lake: TrinoLake) -> dict[str, str]:
    """What is not as the independent computation has it, by table."""
    expected = oracle.compute(lake.raw, line_by_line=True)
    found = {table: first_differences(expected.tables[table], lake.rows(table)) for table in oracle.COLUMNS}
    logs = expected.accounting["log_data"]
    found["int_log_rows"] = first_differences(
        [(True, logs.kept + logs.duplicates), (False, logs.quarantined)],
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


def test_empty_folders_give_empty_tables(trino: TrinoBuilder, tmp_path: Path) -> None:
    (tmp_path / "log_data").mkdir()
    (tmp_path / "song_data" / "A").mkdir(parents=True)
    lake = trino.build(tmp_path, "nothing", *TABLES_ALONE)
    for table in ("songplays", "time", "users", "songs", "artists", "quarantined_songs_data"):
        assert lake.rows(table) == []
