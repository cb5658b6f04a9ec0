"""A real Spark cluster for tests, started and stopped as users do it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sparkify.cluster.folder import Folder
from sparkify.cluster.state import State
from sparkify.server import Server
from sparkify.settings import PROJECT


def begin(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """sparkify cluster, without its set-up, as that is done."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "AWS_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "sparkify.cli", "cluster", *arguments],
        env=environment | {"PYTHONPATH": str(PROJECT / "scripts")} | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def call(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """The same, when it has ended."""
    process = begin(*arguments, **variables)
    process.wait(300)
    return process


def said(process: subprocess.Popen[str]) -> str:
    """What a command has said on stderr."""
    assert process.stderr is not None
    return process.stderr.read()


class Cluster:
    """A cluster with a lake of its own, in a folder with a blank in its name."""

    def __init__(self, scratch: Path) -> None:
        self.folder = Folder(scratch / "a cluster")
        self.at = ("--folder", str(self.folder.path))
        self.lake = scratch / "lake"

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        size = ("--workers", "2", "--worker-cores", "1", "--worker-memory", "512m", "--port", "0")
        places = {"SPARKIFY_LAKE": str(self.lake), "SPARKIFY_DRIVER_MEMORY": "1g"}
        return call("start", *self.at, *size, *arguments, **places | variables)

    def state(self) -> State:
        state = self.folder.read()
        assert state is not None
        return state

    def ask(self, question: str) -> list[Any]:
        return Server("127.0.0.1", self.state().port).ask(question)
