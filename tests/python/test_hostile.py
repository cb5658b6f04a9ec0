"""Hostile and broken input either works or is quarantined with its reason; nothing crashes and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

import oracle
from builds import Builder, Lake
from hostile import write_raw
from sparkify.canonical import first_differences


@pytest.fixture(scope="module")
def hostile(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    raw = tmp_path_factory.mktemp("hostile") / "it's a raw, folder"
    write_raw(raw)
    return builder.build(raw, "hostile")


@pytest.fixture(scope="module")
def expected(hostile: Lake) -> oracle.Oracle:
    return oracle.compute(hostile.raw)


@pytest.mark.parametrize("table", oracle.COLUMNS)
def test_table_equals_the_oracle(hostile: Lake, expected: oracle.Oracle, table: str) -> None:
    assert first_differences(expected.tables[table], hostile.rows(table)) == ""


def test_every_raw_row_is_there(hostile: Lake, expected: oracle.Oracle) -> None:
    logs = expected.accounting["log_data"]
    with hostile.connect() as connection:
        counts = connection.sql("select is_usable, count(*) from hostile_staging.int_log_rows group by all").fetchall()
        kept = connection.sql("select count(*) from hostile_staging.int_log_events").fetchall()
    rows = dict(counts)
    assert rows == {True: logs.kept + logs.duplicates, False: logs.quarantined}
    assert kept == [(logs.kept,)]
    assert sum(rows.values()) == 83


def test_empty_folders_give_empty_tables(builder: Builder, tmp_path: Path) -> None:
    (tmp_path / "log_data").mkdir()
    (tmp_path / "song_data" / "A").mkdir(parents=True)
    lake = builder.build(tmp_path, "nothing")
    for table in ("users", "songs", "artists", "quarantined_songs_data"):
        assert lake.rows(table) == []
    for table in ("songplays", "time"):
        assert lake.files(table) == []


def test_a_missing_raw_folder_is_an_error(builder: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = Lake(raw=tmp_path / "nowhere", folder=tmp_path / "lake", schema="missing", catalog=builder.catalog)
    assert not builder.dbt(lake, "run")
    assert "Path does not exist" in capsys.readouterr().out
