"""What a command and all the processes that it starts cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
KIBIBYTE = 1024


@dataclass(frozen=True)
class Cost:
    """What a command cost: CPU and wall seconds, the most memory at one moment in bytes, and its exit code."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    code: int


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> Cost:
    """Run a command and watch its processes: nobody waits for the JVM, so nobody is told its cost. On Linux."""
    seconds: dict[int, float] = {}
    peak = 0
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=output, start_new_session=True
        )
        while True:
            ended = _has_ended(process.pid)
            found = _cpu_seconds_of_session(process.pid)
            seconds.update(found)
            peak = max(peak, sum(map(_bytes_of, found)))
            # Until it is waited for it stays, with its seconds.
            if ended and found.keys() == {process.pid}:
                break
            time.sleep(POLL)
        process.wait()
    return Cost(sum(seconds.values()), time.monotonic() - began, peak, process.returncode)


def _has_ended(process: int) -> bool:
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _cpu_seconds_of_session(session: int) -> dict[int, float]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and (fields[0] != "Z" or stat.parent.name == str(session)):
            found[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / TICKS
    return found


def _bytes_of(process: int) -> int:
    """Memory of a process, with its part of what it shares with others; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * KIBIBYTE for line in lines if line.startswith("Pss:"))
