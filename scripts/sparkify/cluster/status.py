"""Says how a cluster is, and what its processes have logged."""

from __future__ import annotations

from collections import deque

from sparkify.cluster import ready
from sparkify.cluster.folder import Folder
from sparkify.cluster.ports import LOOPBACK
from sparkify.errors import UserError


def status(folder: Folder) -> bool:
    """Print each process and how it is; whether all is well."""
    known = folder.read()
    if known is None:
        left = len(folder.everything())
        rest = f", but {left} of its processes are; stop it" if left else ""
        print(f"No cluster is running from {folder.path}{rest}.")
        return False
    running = folder.members()
    for member in known.members:
        how = f"runs as process {member.pid}" if member.name in running else f"DEAD, see {folder.log(member.name)}"
        print(f"{member.name:<14} {how}")
    workers = ready.workers(known.master_page)
    answers = ready.thrift_server(ready.server_of(known), seconds=10)
    print(f"{known.master} has {workers} of {known.workers} workers; its page: http://{LOOPBACK}:{known.master_page}")
    print(f"{known.host}:{known.port} {'answers' if answers else 'does NOT answer'}")
    return answers and workers == known.workers


def logs(folder: Folder, lines: int) -> None:
    """Print where each log is and how it ends."""
    # Those of executors are in the folders of their workers.
    files = [*sorted(folder.logs.glob("*.log")), *sorted(folder.logs.glob("worker-*/*/*/stderr"))]
    if not files:
        raise UserError(f"There are no logs in {folder.logs}; start a cluster first.")
    for file in files:
        print(f"==> {file}")
        with file.open(encoding="utf-8", errors="replace") as text:
            print("".join(deque(text, lines)), end="")
