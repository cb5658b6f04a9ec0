"""kill -9 at any moment of a run: readers see whole tables, the next run heals, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

import oracle
from builds import MARTS, Lake
from crashes import TABLES, Runs, arrive, files_by_day, kill_and_compare
from shared_data import shared_data
from sparkify.canonical import first_differences
from sparkify.settings import PROJECT
from sparkify.simulate.settings import Settings
from sparkify.simulate.simulate import simulate

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
    first.finish("run", *TABLES)
    expected = oracle.compute(lake.raw).tables
    for table in oracle.COLUMNS:
        assert first_differences(expected[table], lake.rows(table)) == "", table


def test_a_killed_spark_is_one_sentence(tmp_path: Path) -> None:
    simulate(Settings(tmp_path / "raw", days=2, events=300, songs=20))
    run = subprocess.Popen(
        [sys.executable, "-m", "sparkify.cli", "run", "--raw", tmp_path / "raw", "--lake", tmp_path / "lake"],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "scripts")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "lake" / "sparkify" / "songplays").exists():
        assert run.poll() is None
        time.sleep(0.1)
    for child in psutil.Process(run.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.name() == "java":
                child.kill()
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (2, "")
    first, *_, last = err.splitlines()
    assert first.startswith("Building ")
    assert last.startswith(
        "Spark was killed by SIGKILL, perhaps for lack of memory (SPARKIFY_DRIVER_MEMORY is 2g). Every"
    )
    assert len(err.splitlines()) < 8
