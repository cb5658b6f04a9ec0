"""The folder of a cluster: what lies where in it, and which processes belong to it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from sparkify.cluster import processes, state
from sparkify.cluster.state import Member, State
from sparkify.errors import UserError

CLOCK_SECONDS = 2.0


class Folder:
    """Logs, settings, scratch files and state of one cluster."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        # Here from start to stop: passwords may be in the settings, rows of tables in the scratch files.
        self.settings = path / "settings"
        self.scratch = path / "scratch"
        self.daemon_settings = self.settings / "daemons.properties"
        self.server_settings = self.settings / "thrift-server.properties"
        self._state = path / "state.json"

    @property
    def mark(self) -> str:
        """The Java option by which an executor of this cluster is known."""
        # Spark refuses options that begin like its own, which -Dsparkify does.
        return f"-Dcluster.of.sparkify={self.path}"

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.logs / f"{name}.log"

    @contextmanager
    def locked(self) -> Iterator[Folder]:
        """Keep other commands from changing the cluster meanwhile; UserError if one is doing so."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # The folder itself is locked, so no file stays; the lock ends with this process, however that ends.
            handle = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise UserError(
                f"The folder {self.path} can't be used ({error.strerror}); name another by --folder."
            ) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UserError(
                    f"The cluster of {self.path} is being started or stopped; wait until that ends."
                ) from error
            yield self
        finally:
            os.close(handle)

    def check_ours(self) -> None:
        """UserError if there is anything else in the folder: then its `logs` may be somebody's too, and be deleted."""
        ours = {self.logs.name, self.settings.name, self.scratch.name, self._state.name}
        if others := sorted(name for name in os.listdir(self.path) if name not in ours and not name.startswith(".")):
            raise UserError(f"{self.path} is not only for the cluster ({others[0]}); name a new folder by --folder.")

    def renew(self) -> None:
        """Make the folder ready for a start: empty."""
        self.forget()
        shutil.rmtree(self.logs, ignore_errors=True)
        for part in (self.logs, self.settings, self.scratch):
            part.mkdir(mode=0o700)

    def forget(self) -> None:
        """Remove all but the logs."""
        shutil.rmtree(self.settings, ignore_errors=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._state.unlink(missing_ok=True)

    def read(self) -> State | None:
        """The state that the last start has written, unless a stop has removed it."""
        return state.read(self._state)

    def write(self, known: State) -> None:
        """Keep the state."""
        state.write(self._state, known)

    def members(self) -> dict[str, int]:
        """Names and process ids of what a start has started and is running."""
        known = self.read()
        running = processes.running()
        return {member.name: member.pid for member in known.members if _is(member, running)} if known else {}

    def everything(self) -> set[int]:
        """Ids of all processes of the cluster that run."""
        # Found by their arguments: executors, as workers start those; what a start began to run in the moment before it
        # was killed; and all of it if somebody has deleted the state.
        return set(self.members().values()) | {
            pid for pid, process in processes.running().items() if self._is_marked(process)
        }

    def _is_marked(self, process: psutil.Process) -> bool:
        return processes.has(process, self.mark) or any(
            processes.has(process, "--properties-file", str(file))
            for file in (self.daemon_settings, self.server_settings)
        )


def _is(member: Member, running: dict[int, psutil.Process]) -> bool:
    process = running.get(member.pid)
    # The system's clock may be set meanwhile, and the start time is told by it.
    return process is not None and abs(process.info["create_time"] - member.started) < CLOCK_SECONDS
