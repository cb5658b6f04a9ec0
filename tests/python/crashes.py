"""dbt in processes of its own, killed at any moment: readers see whole tables, the next run heals, nothing is left."""

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
from builds import MARTS, Lake
from shared_data import shared_data
from sparkify.canonical import first_differences, table_hash
from sparkify.settings import PROJECT
from torn_reader import STAR

# Views are there after the first run.
TABLES = ("--exclude", MARTS, "config.materialized:view")
SEED = int(os.environ.get("SPARKIFY_KILLS_SEED", "1"))


class Runs:
    """dbt in processes of its own, which can be killed."""

    def __init__(self, lake: Lake, scratch: Path) -> None:
        self.lake = lake
        self.scratch = scratch
        scratch.mkdir()
        shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles.yml")
        self.log = scratch / "logs" / "dbt.log"

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """A dbt command that is under way, in a process group of its own."""
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
            env={**os.environ, **self.lake.environment(), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def finish(self, *arguments: str, **settings: str) -> float:
        """A dbt command to its end, which must be good; the seconds from its first statement on."""
        process = self.start(*arguments, **settings)
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
    environment = os.environ | lake.environment() | {"PYTHONPATH": str(PROJECT / "scripts")}
    process = subprocess.Popen([*command, lake.place, lake.schema, str(out), str(stop)], env=environment)
    try:
        yield out
    finally:
        stop.touch()
        assert process.wait(timeout=60) == 0


def files_by_day() -> list[Path]:
    """The raw logs in the order of their days."""
    return sorted((shared_data() / "log_data").rglob("*.json"))


def arrive(lake: Lake, number: int) -> None:
    """A file with some events of a day that is new, and some of the oldest day."""
    days = files_by_day()
    lines = days[-1 - number % len(days)].read_bytes().splitlines()[:120]
    late = days[0].read_bytes().splitlines()[:: number + 2][:5]
    lake.deliver(f"log_data/{number:03}.json", b"\n".join(lines + late))


def kill_and_compare(runs: Runs, seconds: float, kills: int) -> None:
    """Kill so many runs at some moment within `seconds`, with files arriving and a reader beside them.

    The lake is one that was built; what must hold holds.
    """
    chance = random.Random(SEED)
    lake = runs.lake
    states: list[dict[str, str]] = []

    def note_state() -> None:
        tables = oracle.compute(lake.raw).tables
        states.append({table: table_hash(tables[table]) for table in STAR})

    note_state()
    with reader(lake, runs.scratch) as out:
        for number in range(1, kills + 1):
            arrive(lake, number)
            note_state()
            process = runs.start("run", *chance.choice([[], ["--full-refresh"]]), *TABLES)
            runs.wait_for_first_statement(process)
            time.sleep(chance.uniform(0, seconds))
            kill(process, chance)
            if number % 10 == 0 or number == kills:
                runs.finish("run", *TABLES)
                expected = oracle.compute(lake.raw).tables
                for table in oracle.COLUMNS:
                    assert first_differences(expected[table], lake.rows(table)) == "", (number, table)
    check_what_was_read(out, states, kills)


def check_what_was_read(out: Path, states: list[dict[str, str]], kills: int) -> None:
    """Every answer is one of the states of its table, and none is older than the one before it."""
    seen: dict[str, list[str]] = {table: [] for table in STAR}
    for line in out.read_text(encoding="utf-8").splitlines():
        table, answer = line.split(" ", 1)
        seen[table].append(answer)
    for table, answers in seen.items():
        known = [state[table] for state in states]
        assert [answer for answer in answers if answer not in known] == [], table
        newest = [max(at for at, state in enumerate(known) if state == answer) for answer in answers]
        assert newest == sorted(newest), table
        assert len(answers) > kills
