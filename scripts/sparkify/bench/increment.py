"""Measures what one more day of logs costs, on a lake of a month and on one of a year."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparkify import environment
from sparkify.bench import inputs
from sparkify.bench.contestants import dbt
from sparkify.bench.processes import Cost, measure
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.settings import PROJECT

EVENTS_A_DAY = 27_400
USERS = 5_000
SONGS = 2_000


@dataclass(frozen=True)
class Result:
    """One lake: the days of its history, and what the full build and the two runs after it cost."""

    days: int
    events: int
    full: Cost
    one_more_day: Cost
    nothing_new: Cost


def increment(days: Sequence[int], scratch: Path | None) -> None:
    """Measure and print lakes of some lengths in days; UserError if a run fails."""
    environment.prepare()
    folder = inputs.scratch_folder(scratch)
    results = [_measure(folder / str(number), number) for number in days]
    shutil.rmtree(folder)
    print(table(results))


def table(results: list[Result]) -> str:
    """The results as lines for a terminal, and how each compares with the first."""
    lines = [
        f"{'days':>5}{'events':>12}{'full build':>12}{'one more day':>14}{'of full':>9}{'of first':>10}{'nothing':>9}"
    ]
    for result in results:
        of_full = result.one_more_day.cpu_seconds / result.full.cpu_seconds
        of_first = result.one_more_day.cpu_seconds / results[0].one_more_day.cpu_seconds
        lines.append(
            f"{result.days:>5}{result.events:>12,}{result.full.cpu_seconds:>10.0f} s"
            f"{result.one_more_day.cpu_seconds:>12.0f} s{of_full:>9.1%}{of_first:>10.2f}"
            f"{result.nothing_new.cpu_seconds:>7.0f} s"
        )
    return "\n".join([*lines, "CPU seconds of dbt run and its JVM."])


def _measure(folder: Path, days: int) -> Result:
    raw = folder / "raw"
    say(f"{days} days: simulating {(days + 1) * EVENTS_A_DAY:,} events")
    inputs.simulated(raw, days=days + 1, events=(days + 1) * EVENTS_A_DAY, users=USERS, songs=SONGS)
    newest = max((raw / "log_data").rglob("*.json"), key=lambda path: path.name)
    aside = folder / newest.name
    newest.rename(aside)
    full = _run(folder, "full build")
    aside.rename(newest)
    os.utime(newest)
    one_more_day = _run(folder, "one more day")
    nothing_new = _run(folder, "nothing new")
    events = json.loads((raw / "_simulated.json").read_text(encoding="utf-8"))
    shutil.rmtree(folder)
    return Result(days, int(events.get("events", (days + 1) * EVENTS_A_DAY)), full, one_more_day, nothing_new)


def _run(folder: Path, name: str) -> Cost:
    job = dbt(folder / "raw", folder, "run")
    log = folder / "output.txt"
    cost = measure(job.command, PROJECT, job.environment, log)
    say(f"  {name}: {cost.cpu_seconds:.0f} CPU s, {cost.wall_seconds:.0f} s")
    if cost.code:
        raise UserError(f"dbt run failed; {log} says why.")
    return cost
