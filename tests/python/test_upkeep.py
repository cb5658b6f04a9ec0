"""Upkeep of a lake: erasing a user, going back to an earlier run, building days again, the ledger of the runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from pyiceberg.table import Table
from pyspark.sql import SparkSession

import oracle
from builds import MARTS, Builder, Lake
from hostile import event, song
from sparkify import erase, maintain, restore, settings
from sparkify.canonical import first_differences

# No run's name and no figure has so many digits in this order by chance.
USER = 731_826_490_257
NAME = "Zerubbabel"


def write(raw: Path, name: str, lines: list[bytes]) -> None:
    """A raw file of some lines."""
    file = raw / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\n".join(lines))


def play(session: int, day: int, user: int, **changes: Any) -> bytes:
    """A play of a user on a day of November 2018."""
    return event(session, ts=1_541_030_400_000 + day * 86_400_000, userId=str(user), **changes)


def small_lake(builder: Builder, raw: Path, name: str) -> Lake:
    """A small lake of three days; one of its two users is to be erased."""
    write(raw, "song_data/a.json", [song("SO1")])
    erased = {"firstName": NAME}
    write(raw, "log_data/1.json", [play(1, 0, 8), play(2, 0, USER, **erased), play(3, 1, 8)])
    write(raw, "log_data/2.json", [play(4, 2, 8), play(5, 2, USER, page="Home", **erased)])
    # Of the event that both claim, the newer delivery is the erased user's.
    write(raw, "log_data/3.json", [play(6, 1, 8)])
    write(
        raw, "log_data/4.json", [play(6, 1, USER, **erased), b'{"firstName":"%s","userId":"%d"' % (NAME.encode(), USER)]
    )
    return builder.build(raw, name, "run")


@pytest.fixture(scope="module")
def lake(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """One lake for tests that go on from what the one before has left."""
    return small_lake(builder, tmp_path_factory.mktemp("upkeep") / "raw", "upkeep")


def without_user(raw: Path, copy: Path) -> Path:
    """The raw files without the lines of the user, with their times."""
    for file in raw.rglob("*.json"):
        place = copy / file.relative_to(raw)
        place.parent.mkdir(parents=True, exist_ok=True)
        lines = file.read_bytes().split(b"\n")
        place.write_bytes(b"\n".join(line for line in lines if str(USER).encode() not in line))
        shutil.copystat(file, place)
    return copy


def tidy(lake: Lake) -> None:
    """Leave one snapshot of each table, and no file that it does not need."""
    with patch.dict(os.environ, lake.environment()):
        maintain.tidy(str(lake.folder), lake.schema, keep=0, age=0)


def tables_of(lake: Lake) -> list[Table]:
    """The tables that a restore puts back."""
    with patch.dict(os.environ, lake.environment()):
        return restore.restored_tables(str(lake.folder), lake.schema)


def texts_of(folder: Path) -> str:
    """Every value of every parquet file below a folder, referenced or not, as text."""
    texts = []
    for file in folder.rglob("*.parquet"):
        texts.append(str(duckdb.sql(f"select * from read_parquet('{file}')").fetchall()))
    return "\n".join(texts)


def test_the_ledger_has_a_row_for_each_run_and_model(builder: Builder, lake: Lake) -> None:
    write(lake.raw, "log_data/5.json", [play(20, 2, 8)])
    assert builder.dbt(lake, "run")
    with lake.connect() as connection:
        runs = connection.sql("select count(distinct run_id), count(*) from run_ledger").fetchall()
        newest = connection.sql("""
            select table_name, status, rows_written, files_written, bytes_written from run_ledger
            where run_id = (select max(run_id) from run_ledger) and table_name in ('songplays', 'songs')
            order by table_name
        """).fetchall()
    assert runs[0][0] == 2
    assert runs[0][1] % 2 == 0
    assert newest[0][:4] == ("songplays", "success", 2, 1)
    assert newest[0][4] > 0
    assert newest[1] == ("songs", "unchanged", 0, 0, 0)


def test_days_are_built_again_on_demand(builder: Builder, lake: Lake) -> None:
    rows = sorted(lake.rows("songplays"), key=repr)
    before = set(lake.files("songplays"))
    days = "{backfill_from: 2018-11-02, backfill_to: 2018-11-02}"
    assert builder.dbt(lake, "run", "--vars", days)
    assert sorted(lake.rows("songplays"), key=repr) == rows
    # 1.json, 3.json and 4.json have events of that day; 1.json has some of the day before, too.
    kept = {file.parent.name for file in before & set(lake.files("songplays"))}
    assert kept == {"event_date=2018-11-03"}
    assert not builder.dbt(lake, "run", "--vars", "{backfill_from: 2018-11-02}")
    # Files that are gone keep their rows.
    file = lake.raw / "log_data" / "1.json"
    file.rename(lake.raw / "gone")
    assert builder.dbt(lake, "run", "--vars", "{backfill_from: 2018-11-01, backfill_to: 2018-11-30}")
    assert sorted(lake.rows("songplays"), key=repr) == rows
    (lake.raw / "gone").rename(file)


def test_a_restored_run_is_back_and_the_next_run_goes_on(builder: Builder, lake: Lake) -> None:
    before = {table: sorted(lake.rows(table), key=repr) for table in oracle.COLUMNS}
    run = restore.restorable(tables_of(lake))[-1]
    write(lake.raw, "log_data/6.json", [play(20, 2, 8, level="paid"), play(21, 9, 77)])
    write(lake.raw, "song_data/b.json", [song("SO2", title="Other")])
    assert builder.dbt(lake, "run")
    after = {table: sorted(lake.rows(table), key=repr) for table in oracle.COLUMNS}
    assert after["songplays"] != before["songplays"]
    assert after["songs"] != before["songs"]

    with patch.dict(os.environ, lake.environment()):
        restore.put_back(str(lake.folder), tables_of(lake), run.name)
    # A session that stays open has known its tables for half a minute.
    for table in tables_of(lake):
        SparkSession.builder.getOrCreate().sql(f"refresh table {'.'.join(table.name())}")
    assert {table: sorted(lake.rows(table), key=repr) for table in oracle.COLUMNS} == before
    assert builder.dbt(lake, "run")
    assert {table: sorted(lake.rows(table), key=repr) for table in oracle.COLUMNS} == after
    assert builder.dbt(lake, "run", "--full-refresh")
    assert {table: sorted(lake.rows(table), key=repr) for table in oracle.COLUMNS} == after
    tidy(lake)
    assert run.name not in [known.name for known in restore.restorable(tables_of(lake))]


def test_an_erased_user_is_nowhere_and_stays_away(builder: Builder, tmp_path: Path) -> None:
    builder.with_marts.add("erased")
    lake = small_lake(builder, tmp_path / "raw", "erased")
    expected = oracle.compute(without_user(lake.raw, tmp_path / "without"))
    user_hash = hashlib.md5(str(USER).encode()).hexdigest()
    assert str(USER) in texts_of(lake.folder)
    with patch.dict(os.environ, lake.environment()):
        rows, files, is_known = erase._found(settings.Settings("", str(lake.folder), lake.schema), USER, user_hash)
        assert len(erase.files_with(str(lake.folder), lake.schema, USER)) > 2
    assert (rows[f"{lake.schema}.songplays"], rows[f"{lake.schema}_staging.int_log_rows"]) == (2, 4)
    assert [(Path(file).name, count) for file, count in files] == [("1.json", 1), ("2.json", 1), ("4.json", 2)]
    assert not is_known
    assert builder.dbt(lake, "run-operation", "erase_user", "--args", json.dumps({"user_hash": user_hash}))
    assert builder.dbt(lake, "run")
    tidy(lake)

    for step in ((), ("run", "--full-refresh")):
        if step:
            assert builder.dbt(lake, *step, "--exclude", MARTS)
        for table in oracle.COLUMNS:
            assert first_differences(expected.tables[table], lake.rows(table)) == "", (step, table)
        with lake.connect() as connection:
            accounts = connection.sql(
                "select raw_rows, erased_rows, quarantined_rows from row_accounting where source_name = 'log_data'"
            ).fetchall()
        assert accounts == [(8, 4, 0)]
    tidy(lake)
    everything = texts_of(lake.folder)
    assert NAME not in everything
    assert str(USER) not in everything
    with patch.dict(os.environ, lake.environment()):
        assert erase.files_with(str(lake.folder), lake.schema, USER) == []

    write(lake.raw, "log_data/5.json", [play(9, 2, USER, firstName=NAME), play(10, 2, 8)])
    assert builder.dbt(lake, "run")
    tidy(lake)
    assert len(lake.rows("songplays")) == len(expected.tables["songplays"]) + 1
    assert NAME not in texts_of(lake.folder)
