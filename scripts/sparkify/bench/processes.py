"""What a command and all the processes that it starts cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL = 0.2


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
            ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            memory = 0
            found = set()
            for member in _session(process.pid):
                with suppress(psutil.Error):
                    times = member.cpu_times()
                    seconds[member.pid] = times.user + times.system
                    found.add(member.pid)
                    # With its part of what it shares with others.
                    memory += member.memory_full_info().pss
            peak = max(peak, memory)
            # Until it is waited for it stays, with its seconds.
            if ended and found == {process.pid}:
                break
            time.sleep(POLL)
        process.wait()
    return Cost(sum(seconds.values()), time.monotonic() - began, peak, process.returncode)


def _session(leader: int) -> Iterator[psutil.Process]:
    """Its processes, without those that only wait to be reaped; the leader is always one."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if process.pid == leader or (os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE):
                yield process
