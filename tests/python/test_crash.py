"""kill -9 at any moment of a run: readers see whole tables, the next run heals, nothing is left over, nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

from builds import MARTS, Lake
from crashes import Runs, kill_and_compare
from hostile import song
from lake_files import orphans

# Half a minute each. More of them: SPARKIFY_KILLS=200 ./scripts/test -k crash
KILLS = int(os.environ.get("SPARKIFY_KILLS", "1"))


def test_killed_runs_harm_nobody(tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="crash")
    runs = kill_and_compare(lake, tmp_path, KILLS)
    # The catalog agrees with the files: a run with nothing new finds nothing to do, and its tests pass.
    runs.finish("test", "--exclude-resource-type", "unit_test", "--exclude", MARTS)


def test_a_second_run_waits_for_the_first(tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="two")
    for source in ("log_data", "song_data"):
        (lake.raw / source).mkdir(parents=True)
    a_song = lake.raw / "song_data" / "a.json"
    a_song.write_bytes(song("SO1"))
    first, second = Runs(lake, tmp_path / "one"), Runs(lake, tmp_path / "two")
    running = first.start("run", "--select", "+songs")
    first.wait_for_first_statement(running)
    waiting = second.start("run", "--select", "+songs")
    output, _ = waiting.communicate()
    assert running.wait() == 0
    assert waiting.returncode == 0
    assert "Waiting for another run" in output
    assert orphans(lake.folder, lake.schema) == []
