"""What sparkify bench measures and prints."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import duckdb
import pytest

from shared_data import shared_data
from sparkify.bench import duckdb_star, star_bytes
from sparkify.bench.compare import Result, medians, table, write_csv
from sparkify.bench.picture import svg
from sparkify.bench.processes import measure

MEBIBYTE = 2**20
# A child that outlives its parent, works for a second and holds 200 MiB; the parent only starts it.
CHILD = """
import time
held = bytearray(200 * 2**20)
held[::4096] = b'x' * len(held[::4096])
ends = time.process_time() + 1
while time.process_time() < ends: pass
"""
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {CHILD!r}])"


def test_a_process_that_outlives_its_parent_counts(tmp_path: Path) -> None:
    cost = measure([sys.executable, "-c", PARENT], tmp_path, {}, tmp_path / "log")
    assert cost.code == 0
    assert 0.8 < cost.cpu_seconds < 5
    assert cost.wall_seconds >= 0.8
    assert 200 * MEBIBYTE < cost.peak_bytes < 400 * MEBIBYTE


def test_the_exit_code_is_the_command_s(tmp_path: Path) -> None:
    assert measure([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, {}, tmp_path / "log").code == 3


@pytest.fixture
def results() -> list[Result]:
    """Three rounds of two contestants, one of which had a bad one."""
    seconds = {"plain-etl": (20.0, 22.0, 99.0), "dbt-run": (10.0, 11.0, 12.0)}
    return [
        Result("songs-71", contestant, number, cpu, cpu / 2, 800, 30, 1.5)
        for contestant, rounds in seconds.items()
        for number, cpu in enumerate(rounds, start=1)
    ]


def test_medians_and_their_ratios(results: list[Result]) -> None:
    plain, ours = medians(results)
    assert (plain.cpu_seconds, ours.cpu_seconds) == (22.0, 11.0)
    _, plain_line, our_line, _ = table([plain, ours]).splitlines()
    assert plain_line.split() == ["songs-71", "plain-etl", "22.0", "1.00", "11.0", "1.00", "800", "30", "1.50"]
    assert our_line.split() == ["songs-71", "dbt-run", "11.0", "0.50", "5.5", "0.50", "800", "30", "1.50"]


def test_every_round_is_in_the_csv(results: list[Result], tmp_path: Path) -> None:
    write_csv(results, tmp_path / "bench.csv")
    machine, *rows = (tmp_path / "bench.csv").read_text(encoding="utf-8").splitlines()
    assert " cores, " in machine
    assert [row["cpu_seconds"] for row in csv.DictReader(rows)] == ["20.0", "22.0", "99.0", "10.0", "11.0", "12.0"]


def test_the_picture_has_a_bar_for_each(results: list[Result]) -> None:
    drawn = svg(medians(results))
    assert "plain-etl" in drawn
    assert drawn.count('aria-roledescription="bar"') == 2


def test_duckdb_makes_the_same_star(tmp_path: Path) -> None:
    """It is compared with for its time, so it must do the work: as many rows as the goldens have."""
    goldens = json.loads((shared_data() / "goldens.json").read_text(encoding="utf-8"))
    out = tmp_path / "out"
    duckdb_star.main(str(shared_data()), str(out))
    files = {"songplays": "songplays/**/*.parquet", "users": "users.parquet", "time": "time.parquet"}
    counts = {table: duckdb.read_parquet(str(out / file)).count("*").fetchone() for table, file in files.items()}
    assert counts == {
        "songplays": (goldens["nextsong"],),
        "users": (goldens["users_nextsong"],),
        "time": (goldens["time_rows_distinct_ts"],),
    }
    assert duckdb.read_parquet(str(out / "songs.parquet")).count("*").fetchone() == (71,)


def test_star_bytes_are_those_of_the_smallest_order(tmp_path: Path) -> None:
    """Rows in an order that has equal values side by side take less than the same rows in another."""
    file = tmp_path / "rows.parquet"
    duckdb.execute(
        "copy (select i, hash(i) % 1000 as scattered, repeat(md5(cast(hash(i) % 1000 as varchar)), 4) as text"
        f" from range(100000) as rows (i)) to '{file}' (format parquet)"
    )
    together, apart, both = (
        star_bytes.best([str(file)], orders) for orders in (["scattered"], ["i"], ["i", "scattered"])
    )
    assert both == together < apart
    assert list(tmp_path.iterdir()) == [file]


def test_ratios_of_star_bytes_are_printed() -> None:
    users = star_bytes.StarBytes("songs-71", "users", 3 * MEBIBYTE, 2 * MEBIBYTE)
    head, line, _ = star_bytes.lines([users]).splitlines()
    assert head.split() == ["input", "table", "MiB", "best", "MiB", "ratio"]
    assert line.split() == ["songs-71", "users", "3.000", "2.000", "1.50"]
