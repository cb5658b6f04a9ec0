"""The built tables equal an independent computation, row for row, and the goldens of the real data."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

import oracle
from builds import Lake
from shared_data import shared_data
from sparkify.canonical import first_differences

LAKES = ("sample71", "s3part1943", "simulated")


@pytest.fixture(scope="module")
def expected() -> dict[Path, oracle.Oracle]:
    """The oracle's answers, computed once for each raw folder."""
    return {}


@pytest.mark.parametrize("table", oracle.COLUMNS)
@pytest.mark.parametrize("name", LAKES)
def test_table_equals_the_oracle(
    name: str, table: str, request: pytest.FixtureRequest, expected: dict[Path, oracle.Oracle]
) -> None:
    lake: Lake = request.getfixturevalue(name)
    if lake.raw not in expected:
        expected[lake.raw] = oracle.compute(lake.raw)
    assert first_differences(expected[lake.raw].tables[table], lake.rows(table)) == ""


@pytest.mark.parametrize("name", LAKES)
def test_accounting_equals_the_oracle(
    name: str, request: pytest.FixtureRequest, expected: dict[Path, oracle.Oracle]
) -> None:
    lake: Lake = request.getfixturevalue(name)
    if lake.raw not in expected:
        expected[lake.raw] = oracle.compute(lake.raw)
    counted = {
        source: (
            account.raw_rows,
            account.plays or 0,
            account.other_pages or 0,
            account.quarantined,
            account.duplicates,
        )
        for source, account in expected[lake.raw].accounting.items()
    }
    built = duckdb.sql(f"""
        select source_name, raw_rows, plays, other_page_events, quarantined_rows, duplicate_rows
        from read_parquet({[str(file) for file in lake.files("row_accounting")]})
    """).fetchall()
    assert {row[0]: row[1:] for row in built} == counted


def golden() -> dict[str, Any]:
    answers: dict[str, Any] = json.loads((shared_data() / "goldens.json").read_text(encoding="utf-8"))
    return answers


def sha256_of_lines(lines: Iterable[str]) -> str:
    return hashlib.sha256(("\n".join(sorted(lines)) + "\n").encode()).hexdigest()


def epoch_ms(moment: datetime) -> int:
    return round(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)


@pytest.mark.parametrize(("name", "matched"), [("sample71", 1), ("s3part1943", 39)])
def test_goldens_of_the_real_data(name: str, matched: int, request: pytest.FixtureRequest) -> None:
    lake: Lake = request.getfixturevalue(name)
    answers = golden()
    of_songs = answers["songs"][name]
    songplays, users, times = lake.rows("songplays"), lake.rows("users"), lake.rows("time")

    assert len(songplays) == answers["nextsong"] == 6820
    assert sum(row[4] is not None for row in songplays) == of_songs["plays_matched_exact_duration"] == matched
    assert len(users) == answers["users_nextsong"] == 96
    assert Counter(row[4] for row in users) == answers["users_levels_latest"] == {"free": 74, "paid": 22}
    assert len(lake.rows("songs")) == of_songs["songs"]
    assert len(lake.rows("artists")) == of_songs["artists_distinct_id"]
    assert sum(row[3] is None for row in lake.rows("songs")) == of_songs["year0"]
    assert len(times) == answers["time_rows_distinct_ts"] == 6813
    assert len(lake.rows("user_level_history")) == answers["scd2_level_rows_nextsong"] == 105
    assert Counter(str(row[1].hour) for row in songplays) == answers["plays_by_hour_utc"]
    assert Counter(str(row[10]) for row in songplays) == answers["plays_by_day"]

    assert sha256_of_lines(str(epoch_ms(row[0])) for row in times) == answers["sha256_time_ts"]
    users_key = 'sha256_users "userId|firstName|lastName|gender|level"'
    assert sha256_of_lines("|".join(map(str, row)) for row in users) == answers[users_key]


def test_play_keys_hash_to_the_golden(sample71: Lake) -> None:
    plays = duckdb.sql(f"""
        select songplay_id, session_id, user_id, epoch_ms(start_time), level
        from read_parquet({[str(file) for file in sample71.files("songplays")]})
    """).fetchall()
    items = {
        hashlib.md5(f"{session}|{item}".encode()).hexdigest(): item
        for session in {row[1] for row in plays}
        for item in range(200)
    }
    key = 'sha256_songplay_keys "sessionId|itemInSession|userId|ts|level"'
    lines = (f"{session}|{items[play]}|{user}|{ms}|{level}" for play, session, user, ms, level in plays)
    assert sha256_of_lines(lines) == golden()[key]


@pytest.mark.parametrize("name", LAKES)
def test_tables_have_few_files(name: str, request: pytest.FixtureRequest) -> None:
    lake: Lake = request.getfixturevalue(name)
    days = {row[10] for row in lake.rows("songplays")}
    assert len(lake.files("songplays")) == len(days)
    assert len(lake.files("time")) == len({(day.year, day.month) for day in days})
    for table in ("users", "songs", "artists"):
        assert len(lake.files(table)) == 1
