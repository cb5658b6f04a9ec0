"""Measures this project side by side with a plain PySpark job, DuckDB, and the least that Spark can do."""

from __future__ import annotations

import csv
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import median

from sparkify import environment
from sparkify.bench import picture, star_bytes
from sparkify.bench.contestants import CONTESTANTS
from sparkify.bench.inputs import INPUTS, make, scratch_folder
from sparkify.bench.processes import measure
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.settings import PROJECT

BASE = "plain-etl"
STAR = "dbt-run-star"


@dataclass(frozen=True)
class Result:
    """One process: what it read, its round, what it cost, and the parquet files that it left."""

    input: str
    contestant: str
    round: int
    cpu_seconds: float
    wall_seconds: float
    peak_mib: int
    files: int
    mib: float


def compare(
    inputs: Sequence[str],
    contestants: Sequence[str],
    rounds: int,
    shared: Path | None,
    scratch: Path | None,
    out: Path,
) -> None:
    """Measure, print medians, and write every round and a picture; UserError if a process fails."""
    shared = shared or Path(os.environ.get("SPARKIFY_SHARED") or PROJECT.parent / "shared" / "data")
    environment.prepare()
    folder = scratch_folder(scratch)
    results: list[Result] = []
    sizes: list[star_bytes.StarBytes] = []
    for name in inputs:
        raw = folder / name / "raw"
        say(f"{name}: {INPUTS[name].__doc__}")
        make(name, shared, raw)
        for number in range(1, rounds + 1):
            for contestant in contestants:
                results.append(_measure(name, contestant, number, raw))
        if STAR in contestants:
            sizes += star_bytes.compare(name, folder / name / STAR / "lake")
        shutil.rmtree(folder / name)
    shutil.rmtree(folder)
    out.mkdir(parents=True, exist_ok=True)
    write_csv(results, out / "bench.csv")
    (out / "bench.svg").write_text(picture.svg(medians(results)), encoding="utf-8")
    print(table(medians(results)))
    if sizes:
        print(star_bytes.lines(sizes))
    print(f"Medians of {rounds} rounds on {machine()}")


def medians(results: list[Result]) -> list[Result]:
    """One result for each input and contestant, in the order of their first; `round` counts the rounds."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.input, result.contestant), []).append(result)
    return [
        Result(
            *key,
            len(group),
            median(result.cpu_seconds for result in group),
            median(result.wall_seconds for result in group),
            int(median(result.peak_mib for result in group)),
            int(median(result.files for result in group)),
            median(result.mib for result in group),
        )
        for key, group in groups.items()
    ]


def table(results: list[Result]) -> str:
    """Medians as lines for a terminal, with CPU and wall as parts of the plain job's."""
    base = {result.input: result for result in results if result.contestant == BASE}
    head = f"{'input':<13}{'contestant':<14}{'CPU s':>8}{'ratio':>7}{'wall s':>8}{'ratio':>7}"
    lines = [f"{head}{'peak MiB':>10}{'files':>7}{'MiB':>9}"]
    for result in results:
        of = base.get(result.input)
        cpu = f"{result.cpu_seconds / of.cpu_seconds:.2f}" if of else "-"
        wall = f"{result.wall_seconds / of.wall_seconds:.2f}" if of else "-"
        lines.append(
            f"{result.input:<13}{result.contestant:<14}{result.cpu_seconds:>8.1f}{cpu:>7}{result.wall_seconds:>8.1f}"
            f"{wall:>7}{result.peak_mib:>10}{result.files:>7}{result.mib:>9.2f}"
        )
    lines.append("CPU and memory of the whole process tree; ratios to the plain job; parquet files that were left.")
    return "\n".join(lines)


def write_csv(results: list[Result], file: Path) -> None:
    """Every process as a row, below the machine."""
    with file.open("w", encoding="utf-8", newline="") as target:
        target.write(f"# {machine()}\n")
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(field.name for field in fields(Result))
        writer.writerows(astuple(result) for result in results)


def machine() -> str:
    """Where this was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def _measure(name: str, contestant: str, number: int, raw: Path) -> Result:
    scratch = raw.parent / contestant
    scratch.mkdir(exist_ok=True)
    job = CONTESTANTS[contestant](raw, scratch)
    shutil.rmtree(job.out, ignore_errors=True)
    log = scratch / "output.txt"
    cost = measure(job.command, PROJECT, job.environment, log)
    if cost.code:
        raise UserError(f"{contestant} failed on {name}; {log} says why.")
    written = [file.stat().st_size for file in job.out.rglob("*.parquet")]
    say(f"  {contestant}, round {number}: {cost.cpu_seconds:.1f} CPU s, {cost.wall_seconds:.1f} s")
    return Result(
        name,
        contestant,
        number,
        round(cost.cpu_seconds, 2),
        round(cost.wall_seconds, 2),
        cost.peak_bytes // 2**20,
        len(written),
        round(sum(written) / 2**20, 2),
    )
