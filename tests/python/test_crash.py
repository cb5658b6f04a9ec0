"""kill -9 at any moment of a run: readers see whole tables, the next run heals, nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import oracle
from builds import MARTS, NO_UNIT_TESTS, Lake
from crashes import TABLES, Runs, arrive, files_by_day, kill_and_compare
from shared_data import shared_data
from sparkify.canonical import first_differences

# Half a minute each. More of them: SPARKIFY_KILLS=200 ./scripts/test -k crash
KILLS = int(os.environ.get("SPARKIFY_KILLS", "1"))


def test_killed_runs_and_two_at_once_harm_nobody(tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="crash")
    for song in (shared_data() / "song_data").rglob("*.json"):
        lake.deliver(f"song_data/{song.name}", song.read_bytes())
    arrive(lake, 0)
    first = Runs(lake, tmp_path / "dbt")
    seconds = first.finish("run", "--exclude", MARTS)
    kill_and_compare(first, seconds, KILLS)

    # Two runs at once: both end well, or one stops.
    second = Runs(lake, tmp_path / "beside")
    lake.deliver("log_data/beside.json", files_by_day()[1].read_bytes())
    running, beside = first.start("run", *TABLES), second.start("run", *TABLES)
    codes = [process.wait() for process in (running, beside) if process.communicate()]
    assert 0 in codes
    first.finish("build", *NO_UNIT_TESTS, "--exclude", MARTS)
    expected = oracle.compute(lake.raw).tables
    for table in oracle.COLUMNS:
        assert first_differences(expected[table], lake.rows(table)) == "", table
