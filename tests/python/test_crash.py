"""kill -9 at any moment of a run: readers see whole tables, the next run heals, nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import oracle
from builds import MARTS, Lake
from crashes import TABLES, Runs, files_by_day, kill_and_compare
from hostile import song
from sparkify.canonical import first_differences

# Half a minute each. More of them: SPARKIFY_KILLS=200 ./scripts/test -k crash
KILLS = int(os.environ.get("SPARKIFY_KILLS", "1"))


def test_killed_runs_harm_nobody(tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="crash")
    runs = kill_and_compare(lake, tmp_path, KILLS)
    # The catalog agrees with the files: a run with nothing new finds nothing to do, and its tests pass.
    runs.finish("test", "--exclude-resource-type", "unit_test", "--exclude", MARTS)


def test_two_runs_at_once_end_in_right_tables_or_one_stops(tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="two")
    for number, file in enumerate(files_by_day()[:4]):
        lake.deliver(f"log_data/{number}.json", file.read_bytes())
    lake.deliver("song_data/a.json", song("SO1"))
    first, second = Runs(lake, tmp_path / "one"), Runs(lake, tmp_path / "two")
    first.finish("run", "--exclude", MARTS)
    lake.deliver("log_data/4.json", files_by_day()[4].read_bytes())
    running, beside = first.start("run", *TABLES), second.start("run", *TABLES)
    codes = [process.wait() for process in (running, beside) if process.communicate()]
    assert 0 in codes
    first.finish("run", *TABLES)
    expected = oracle.compute(lake.raw).tables
    for table in oracle.COLUMNS:
        assert first_differences(expected[table], lake.rows(table)) == "", table
