"""kill -9 at any moment of a run: readers see whole tables, the next run heals, nothing is left over, nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import oracle
from builds import Lake
from canonical import first_differences, table_hash
from lake_files import orphans
from shared_data import shared_data
from sparkify.settings import PROJECT
from torn_reader import STAR

# Half a minute each. More of them: SPARKIFY_KILLS=200 ./scripts/test -k crash
KILLS = int(os.environ.get("SPARKIFY_KILLS", "6"))
# Views are there after the first run.
TABLES = "--exclude=config.materialized:view"
SEED = int(os.environ.get("SPARKIFY_KILLS_SEED", "1"))


class Runs:
    """dbt in processes of its own, which can be killed."""

    def __init__(self, lake: Lake, scratch: Path) -> None:
        self.lake = lake
        self.scratch = scratch
        scratch.mkdir()
        shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles.yml")
        self.log = scratch / "logs" / "dbt.log"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A dbt command that is under way, in a process group of its own."""
        places = {
            "SPARKIFY_RAW": str(self.lake.raw),
            "SPARKIFY_LAKE": str(self.lake.folder),
            "SPARKIFY_SCHEMA": self.lake.schema,
            "SPARKIFY_METASTORE": str(self.lake.folder / "_metastore"),
            "SPARKIFY_TARGET": "local",
        }
        self.log.unlink(missing_ok=True)
        return subprocess.Popen(
            [
                str(Path(sys.executable).with_name("dbt")),
                *("--quiet", *arguments),
                f"--profiles-dir={self.scratch}",
                f"--target-path={self.scratch / 'target'}",
                f"--log-path={self.scratch / 'logs'}",
            ],
            cwd=PROJECT,
            env={**os.environ, **places},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def finish(self, *arguments: str) -> float:
        """A dbt command to its end, which must be good; the seconds from its first statement on."""
        process = self.start(*arguments)
        began = self.wait_for_first_statement(process)
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return time.monotonic() - began

    def wait_for_first_statement(self, process: subprocess.Popen[str]) -> float:
        """Before it nothing of the lake is touched; the moment at which it was there."""
        while process.poll() is None:
            if self.log.exists() and "create table if not exists" in self.log.read_text(encoding="utf-8"):
                break
            time.sleep(0.02)
        return time.monotonic()


def kill(process: subprocess.Popen[str], chance: random.Random) -> None:
    """kill -9 of all, of dbt alone, or of the JVM alone; and wait until nothing of it runs."""
    children = subprocess.run(
        ["pgrep", "-g", str(process.pid), "java"], capture_output=True, text=True, check=False
    ).stdout.split()
    victims = {
        "all": [process.pid, *map(int, children)],
        "dbt": [process.pid],
        "jvm": [int(child) for child in children],
    }[chance.choice(["all", "all", "dbt", "jvm"])]
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    try:
        process.communicate(timeout=60)
    finally:
        while subprocess.run(["pgrep", "-g", str(process.pid)], capture_output=True, check=False).stdout:
            time.sleep(0.05)


@contextmanager
def reader(lake: Lake, scratch: Path) -> Iterator[Path]:
    """A process that reads all the time; what it saw."""
    out, stop = scratch / "read.txt", scratch / "stop"
    command = [sys.executable, str(Path(__file__).with_name("torn_reader.py"))]
    process = subprocess.Popen([*command, str(lake.folder), lake.schema, str(out), str(stop)])
    try:
        yield out
    finally:
        stop.touch()
        assert process.wait(timeout=60) == 0


def files_by_day() -> list[Path]:
    """The raw logs in the order of their days."""
    return sorted((shared_data() / "log_data").rglob("*.json"))


def test_killed_runs_harm_nobody(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="crash")
    shutil.copytree(shared_data() / "song_data", lake.raw / "song_data", copy_function=shutil.copyfile)
    (lake.raw / "log_data").mkdir()
    days = files_by_day()
    states: list[dict[str, str]] = []

    def arrive(number: int) -> None:
        """A file with some events of a day that is new, and some of one that is there."""
        lines = days[number % len(days)].read_bytes().splitlines()[:120]
        late = days[0].read_bytes().splitlines()[:: number + 2][:5]
        (lake.raw / "log_data" / f"{number:03}.json").write_bytes(b"\n".join(lines + late))
        tables = oracle.compute(lake.raw).tables
        states.append({table: table_hash(tables[table]) for table in STAR})

    for number in range(3):
        arrive(number)
    runs = Runs(lake, tmp_path / "dbt")
    runs.finish("run")
    arrive(3)
    # How long a run takes, from its first statement on, to draw the moments from.
    seconds = {"run": runs.finish("run", TABLES), "refresh": runs.finish("run", TABLES, "--full-refresh")}

    with reader(lake, tmp_path) as out:
        for number in range(KILLS):
            arrive(number + 4)
            kind = chance.choice(["run", "refresh"])
            process = runs.start("run", TABLES, *(["--full-refresh"] if kind == "refresh" else []))
            runs.wait_for_first_statement(process)
            time.sleep(chance.uniform(0, seconds[kind]))
            kill(process, chance)
            if number % 10 == 9 or number == KILLS - 1:
                runs.finish("run", TABLES)
                assert orphans(lake.folder, lake.schema) == []
                expected = oracle.compute(lake.raw).tables
                for table in oracle.COLUMNS:
                    assert first_differences(expected[table], lake.rows(table)) == "", (number, table)

    seen: dict[str, list[str]] = {table: [] for table in STAR}
    for line in out.read_text(encoding="utf-8").splitlines():
        table, answer = line.split(" ", 1)
        seen[table].append(answer)
    for table, answers in seen.items():
        known = [state[table] for state in states]
        assert [answer for answer in answers if answer not in known] == [], table
        # Never back to an older state.
        newest = [max(at for at, state in enumerate(known) if state == answer) for answer in answers]
        assert newest == sorted(newest), table
        assert len(answers) > KILLS
    # The catalog agrees with the files: a run with nothing new finds nothing to do, and its tests pass.
    runs.finish("test", "--exclude-resource-type", "unit_test")


def test_a_second_run_waits_for_the_first(tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema="two")
    for source in ("log_data", "song_data"):
        (lake.raw / source).mkdir(parents=True)
    shutil.copyfile(files_by_day()[0], lake.raw / "log_data" / "1.json")
    first, second = Runs(lake, tmp_path / "one"), Runs(lake, tmp_path / "two")
    running = first.start("run")
    first.wait_for_first_statement(running)
    waiting = second.start("run")
    output, _ = waiting.communicate()
    assert running.wait() == 0
    assert waiting.returncode == 0
    assert "Waiting for another run" in output
    assert orphans(lake.folder, lake.schema) == []
