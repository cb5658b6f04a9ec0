"""Processes of this machine: which of them are the cluster's, and how they are ended.

A process id alone proves nothing: after a kill -9 or a restart of the machine it may be somebody else's. So a process
is known by its id and its start time together; and those that nobody here has started (executors are started by
workers) by an argument of their command line that names the cluster's folder.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Running:
    """A process that runs now: when it was started, in whatever form the system has, and its command line."""

    started: str
    # With a NUL around each argument, so that what is looked for is no part of another. A blank in an argument is a NUL
    # too, as not every system tells it from one between two.
    command: str

    def has(self, *arguments: str) -> bool:
        """Whether these arguments, one after the other, are in the command line."""
        return _separated(*arguments) in self.command


def running() -> dict[int, Running]:
    """Every process of this user by its id, without those that have ended and are not yet reaped."""
    # Small images of Linux have no ps, and macOS has no /proc.
    return from_proc() if (PROC / "self" / "stat").exists() else from_ps()


def from_proc() -> dict[int, Running]:
    """`running` on Linux."""
    boot = (PROC / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
    found = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if folder.stat().st_uid != os.geteuid():
                continue
            # The name of the program, in brackets, may have blanks and brackets in it.
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            command = (folder / "cmdline").read_text(errors="replace")
        except OSError:  # it has ended in the meantime
            continue
        state, ticks_since_boot = fields[0], fields[19]
        if state not in "ZX":
            found[int(folder.name)] = Running(f"{boot} {ticks_since_boot}", _separated(command))
    return found


def from_ps() -> dict[int, Running]:
    """`running` elsewhere."""
    answer = subprocess.run(
        ["ps", "-ww", "-U", str(os.geteuid()), "-o", "pid=,stat=,lstart=,args="],
        env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    found = {}
    for line in answer.stdout.splitlines():
        # The start time is five words, such as Fri Nov 21 12:17:00 2026.
        pid, state, *started, command = line.split(maxsplit=7)
        if not state.startswith("Z"):
            found[int(pid)] = Running(" ".join(started), _separated(command))
    return found


def _separated(*arguments: str) -> str:
    return "\0".join(["", *arguments, ""]).replace(" ", "\0")


def end(find: Callable[[], set[int]], patience: float) -> set[int]:
    """End what `find` finds, by SIGTERM and after `patience` seconds by SIGKILL; return what survives even that."""
    deadline = time.monotonic() + patience
    asked: set[int] = set()
    # What is killed is gone at once, unless it hangs in the kernel.
    while (left := find()) and time.monotonic() < deadline + 10:
        if time.monotonic() > deadline:
            _signal(left, signal.SIGKILL)
        else:
            _signal(left - asked, signal.SIGTERM)
            asked |= left
        time.sleep(0.1)
    return left


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:  # it was faster
            continue
