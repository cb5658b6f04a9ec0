"""The processes of this user, by psutil."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress

import psutil


def running() -> dict[int, psutil.Process]:
    """Every process of this user by its id, without those that have ended and are not yet reaped."""
    found = psutil.process_iter(["uids", "status", "cmdline", "create_time"])
    return {
        process.pid: process
        for process in found
        if process.info["uids"] and process.info["uids"].effective == os.geteuid()
        if process.info["status"] not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    }


def has(process: psutil.Process, *arguments: str) -> bool:
    """Whether these arguments, one after the other, are in its command line."""
    line = process.info["cmdline"] or []
    return any(tuple(line[at : at + len(arguments)]) == arguments for at in range(len(line)))


def end(find: Callable[[], set[int]], patience: float) -> set[int]:
    """End what `find` finds, by SIGTERM and after `patience` seconds by SIGKILL; return what survives even that."""
    deadline = time.monotonic() + patience
    asked: set[int] = set()
    # What is killed is gone at once, unless it hangs in the kernel.
    while (left := find()) and time.monotonic() < deadline + 10:
        is_late = time.monotonic() > deadline
        for pid in left if is_late else left - asked:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                process.kill() if is_late else process.terminate()
        asked |= left
        time.sleep(0.1)
    return left
