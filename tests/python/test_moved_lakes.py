"""A copied lake: dbt writes nothing until it is taken over, then goes on where it was; the original stays as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import oracle
from builds import Lake
from crashes import Runs
from hostile import event, song
from sparkify import adopt, erase
from sparkify.canonical import first_differences
from sparkify.settings import PROJECT
from test_snapshots import hashes
from torn_reader import STAR

USER = 731_826_490_257
BUILD = ("run", "--select", "+path:models/star")


def plays(day: int, *users: int) -> bytes:
    """A file of plays on a day of November 2018."""
    lines = [
        event(10 * day + number, ts=1_541_030_400_000 + day * 86_400_000, userId=str(user))
        for number, user in enumerate(users)
    ]
    return b"\n".join(lines)


def messages(runs: Runs) -> dict[str, str]:
    """What the newest dbt command said of each model."""
    results = json.loads((runs.scratch / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"]: result["message"] for result in results}


def test_a_copied_lake_goes_on_at_its_new_place(tmp_path: Path) -> None:
    made = Lake(raw=tmp_path / "raw", folder=tmp_path / "a lake", schema="sparkify")
    made.folder.mkdir()
    made.deliver("song_data/a.json", song("SO1"))
    made.deliver("log_data/1.json", plays(0, 8, 9))
    made.deliver("log_data/2.json", plays(1, 8, USER))
    Runs(made, tmp_path / "first").finish(*BUILD)
    before = hashes(made.folder)

    copy = replace(made, folder=tmp_path / "ä cöpy, 100% 'odd'")
    shutil.copytree(made.folder, copy.folder)
    untouched = hashes(copy.folder)
    runs = Runs(copy, tmp_path / "second")
    output, _ = runs.start(*BUILD).communicate()
    assert f"The lake in {copy.folder} was made in {made.folder}; " in output
    output, _ = runs.start("run-operation", "erase_user", "--args", "{user_hash: x}").communicate()
    assert "take it over by sparkify adopt --lake." in output
    assert hashes(copy.folder) == untouched

    adopt.adopt(str(copy.folder), copy.schema)
    files = set(copy.files("songplays"))
    copy.deliver("log_data/3.json", plays(2, 8, 10, USER))
    runs.finish(*BUILD)
    said = messages(runs)
    assert {said[f"model.sparkify.{name}"] for name in ("int_song_rows", "int_songs", "songs", "artists")} == {
        "unchanged"
    }
    assert files < set(copy.files("songplays"))
    expected = oracle.compute(copy.raw).tables
    for table in STAR:
        assert first_differences(expected[table], copy.rows(table)) == "", table

    erased = subprocess.run(
        [sys.executable, "-m", "sparkify.cli", "erase", str(USER), "--yes"],
        cwd=PROJECT,
        env={
            **os.environ,
            **copy.environment(),
            "PYTHONPATH": str(PROJECT / "scripts"),
            "DBT_PROFILES_DIR": str(runs.scratch),
            "DBT_TARGET_PATH": str(runs.scratch / "target"),
            "DBT_LOG_PATH": str(runs.scratch / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert erased.returncode == 0, erased.stderr
    assert [Path(line).name for line in erased.stdout.splitlines()[1:]] == ["2.json", "3.json"]
    assert len(copy.rows("songplays")) == len(expected["songplays"]) - 2
    assert erase.files_with(str(copy.folder), copy.schema, USER) == []
    assert hashes(made.folder) == before
