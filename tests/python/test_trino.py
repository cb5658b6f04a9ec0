"""On Trino, of which Athena is made, the tables are those of the independent computation too, and so those of Spark."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

import oracle
from builds import Builder, Lake
from canonical import first_differences
from hostile import write_raw
from shared_data import raw_tree_1943
from sparkify.compare.engines import Row, spark_rows, trino_rows
from sparkify.compare.models import Model, published
from sparkify.compare.report import compare
from trino_lakes import TrinoBuilder, TrinoLake

# dbt's tests have run on three lakes already.
WITHOUT_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")
LAKES = ("real_on_trino", "simulated_on_trino", "hostile_on_trino")


@pytest.fixture(scope="module")
def trino(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoBuilder]:
    builder = TrinoBuilder(tmp_path_factory.mktemp("trino"))
    yield builder
    builder.server.stop()


@pytest.fixture(scope="module")
def real_on_trino(trino: TrinoBuilder, tmp_path_factory: pytest.TempPathFactory) -> TrinoLake:
    return trino.build(raw_tree_1943(tmp_path_factory.mktemp("raw1943")), "real")


@pytest.fixture(scope="module")
def simulated_on_trino(trino: TrinoBuilder, dirty_raw: Path) -> TrinoLake:
    return trino.build(dirty_raw, "simulated")


@pytest.fixture(scope="module")
def hostile_on_trino(trino: TrinoBuilder, tmp_path_factory: pytest.TempPathFactory) -> TrinoLake:
    raw = tmp_path_factory.mktemp("hostile") / "it's a raw, folder"
    write_raw(raw)
    return trino.build(raw, "hostile")


@pytest.fixture(scope="module")
def expected() -> dict[Path, oracle.Oracle]:
    return {}


@pytest.mark.parametrize("name", LAKES)
@pytest.mark.parametrize("table", oracle.COLUMNS)
def test_table_equals_the_oracle(
    name: str, table: str, request: pytest.FixtureRequest, expected: dict[Path, oracle.Oracle]
) -> None:
    lake: TrinoLake = request.getfixturevalue(name)
    if lake.raw not in expected:
        expected[lake.raw] = oracle.compute(lake.raw)
    assert first_differences(expected[lake.raw].tables[table], lake.rows(table)) == ""


@pytest.mark.parametrize("name", LAKES)
def test_every_raw_row_is_there(name: str, request: pytest.FixtureRequest, expected: dict[Path, oracle.Oracle]) -> None:
    lake: TrinoLake = request.getfixturevalue(name)
    if lake.raw not in expected:
        expected[lake.raw] = oracle.compute(lake.raw)
    logs = expected[lake.raw].accounting["log_data"]
    counts = {str(row[0]): row[1] for row in lake.query("select verdict, count(*) from int_log_rows group by 1")}
    counted = {"kept": logs.kept, "quarantined": logs.quarantined, "duplicate": logs.duplicates}
    assert counts == {verdict: count for verdict, count in counted.items() if count}


@dataclass(frozen=True)
class Built:
    """A lake that a test built, as compare_engines looks at it."""

    name: str
    rows: Callable[[Model], list[Row]]


@pytest.mark.parametrize(
    ("on_spark", "on_trino"), [("s3part1943", "real_on_trino"), ("simulated", "simulated_on_trino")]
)
def test_every_table_that_people_read_is_that_of_spark(
    on_spark: str, on_trino: str, builder: Builder, request: pytest.FixtureRequest
) -> None:
    spark: Lake = request.getfixturevalue(on_spark)
    other: TrinoLake = request.getfixturevalue(on_trino)
    engines = [
        Built("spark", lambda model: spark_rows(spark.raw.resolve(), spark.folder, spark.schema, model)),
        Built("trino", lambda model: trino_rows(other.server, other.raw, other.schema, model)),
    ]
    models = published(builder.scratch / "target" / "manifest.json")
    assert {"songplays", "user_level_history", "quarantined_log_data"} <= {model.name for model in models}
    assert [text for text, equal in compare(engines, models) if not equal] == []


@pytest.mark.parametrize("table", ["songplays", "users", "songs", "artists", "time"])
def test_files_that_spark_wrote_are_read_alike(
    table: str, trino: TrinoBuilder, builder: Builder, s3part1943: Lake
) -> None:
    manifest = json.loads((builder.scratch / "target" / "manifest.json").read_text(encoding="utf-8"))
    node = manifest["nodes"][f"model.sparkify.{table}"]
    partitions = node["config"].get("partition_by") or []
    names = {"string": "varchar", "int": "integer"}
    columns = [
        f"{name} {names.get(column['data_type'], column['data_type'])}" for name, column in node["columns"].items()
    ]
    # Built once, so that all partitions are in the folder of one version.
    folder = s3part1943.files(table)[0].parents[len(partitions)]
    trino.server.query("create schema if not exists lake.of_spark")
    trino.server.query(
        f"create table lake.of_spark.{table} ({', '.join(columns)}) with (format = 'PARQUET',"
        f" external_location = 'local://{folder}', partitioned_by = array{partitions})"
    )
    if partitions:
        trino.server.query(f"call lake.system.sync_partition_metadata('of_spark', '{table}', 'FULL')")
    lake = TrinoLake(trino.server, s3part1943.raw, "of_spark")
    assert first_differences(s3part1943.rows(table), lake.rows(table)) == ""


def test_freshness_is_that_of_the_newest_file(trino: TrinoBuilder, hostile_on_trino: TrinoLake) -> None:
    assert trino.dbt(hostile_on_trino, "source", "freshness")
    (checked,) = json.loads((trino.scratch / "target" / "sources.json").read_text(encoding="utf-8"))["results"]
    logs = (hostile_on_trino.raw / "log_data").rglob("*.json*")
    newest = max(path.stat().st_mtime for path in logs if path.name[0] not in "_.")
    assert checked["status"] == "warn"
    assert datetime.fromisoformat(checked["max_loaded_at"]).timestamp() == newest


def test_a_second_build_adds_nothing(trino: TrinoBuilder, hostile_on_trino: TrinoLake) -> None:
    before = {table: hostile_on_trino.rows(table) for table in oracle.COLUMNS}
    assert trino.dbt(hostile_on_trino, "build", *WITHOUT_TESTS)
    for table, rows in before.items():
        assert first_differences(rows, hostile_on_trino.rows(table)) == ""


def test_tables_have_partitions_and_comments(real_on_trino: TrinoLake) -> None:
    (ddl,) = real_on_trino.query("show create table songplays")[0]
    assert "partitioned_by = ARRAY['event_date']" in ddl
    assert "format = 'PARQUET'" in ddl
    assert "COMMENT '" in ddl.split("songplay_id")[1].split("\n")[0]


def test_empty_folders_give_empty_tables(trino: TrinoBuilder, tmp_path: Path) -> None:
    (tmp_path / "log_data").mkdir()
    (tmp_path / "song_data" / "A").mkdir(parents=True)
    lake = trino.build(tmp_path, "nothing", *WITHOUT_TESTS)
    for table in ("songplays", "time", "users", "songs", "artists", "quarantined_songs_data"):
        assert lake.rows(table) == []


def test_a_moved_raw_folder_is_read_where_it_is(trino: TrinoBuilder, tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_raw(tmp_path / name)
    trino.build(tmp_path / "first", "moved", *WITHOUT_TESTS)
    (tmp_path / "second" / "song_data" / "A" / "A" / "B" / "same_match.json").unlink()
    moved = trino.build(tmp_path / "second", "moved", *WITHOUT_TESTS)
    assert len(moved.rows("songs")) == 7
    assert moved.query("select distinct \"$path\" like '%/second/%' from moved_raw.log_data") == [(True,)]
