"""Starts the processes of a cluster, and waits until each has answered."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from sparkify.cluster import processes, ready, spark
from sparkify.cluster.folder import Folder
from sparkify.cluster.ports import LOOPBACK
from sparkify.cluster.state import THRIFT_SERVER, Member, State
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.server import Server
from sparkify.settings import PROJECT

SERVER_CLASS = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
# On a busy machine, or while the client for S3 is fetched, a start can take a minute.
PATIENCE = 240.0


@dataclass(frozen=True)
class Workers:
    """How many workers, and what each may use."""

    number: int
    cores: int
    memory: str


class Launcher:
    """Starts one process after the other. `state` says what was started, `server` how its Thrift Server is asked."""

    def __init__(
        self, folder: Folder, state: State, workers: Workers, server: Server, environment: dict[str, str]
    ) -> None:
        self.state = state
        self._folder = folder
        self._workers = workers
        self._server = server
        self._environment = environment
        self._began = time.monotonic()

    def run(self) -> None:
        """Start everything."""
        state, workers = self.state, self._workers
        self._start_master()
        page = f"http://{LOOPBACK}:{state.master_page}"
        self._wait(f"master {state.master}, web page {page}", lambda: ready.master(state.master_page) is not None)
        # Side by side, as the server takes as long as all the others together.
        for number in range(1, workers.number + 1):
            self._start_worker(f"worker-{number}")
        self._start_thrift_server()
        self._wait(
            f"workers, {workers.number} with {workers.cores} cores and {workers.memory} each",
            lambda: ready.workers(state.master_page) == workers.number,
        )
        self._wait(
            f"Thrift Server {state.host}:{state.port}",
            lambda: ready.thrift_server(self._server, seconds=2),
        )

    def _start_master(self) -> None:
        self._start_daemon(
            "master",
            "org.apache.spark.deploy.master.Master",
            *("--host", LOOPBACK, "--port", self.state.master.rpartition(":")[2]),
            *("--webui-port", str(self.state.master_page)),
        )

    def _start_worker(self, name: str) -> None:
        self._start_daemon(
            name,
            "org.apache.spark.deploy.worker.Worker",
            *("--host", LOOPBACK, "--port", "0", "--webui-port", "0"),
            *("--cores", str(self._workers.cores), "--memory", self._workers.memory),
            # What its executors print is in here.
            *("--work-dir", str(self._folder.logs / name)),
            self.state.master,
        )

    def _start_daemon(self, name: str, java_class: str, *arguments: str) -> None:
        settings = ("--properties-file", str(self._folder.daemon_settings))
        environment = self._environment | spark.DAEMON_ENVIRONMENT
        self._start(name, environment, "spark-class", java_class, *settings, *arguments)

    def _start_thrift_server(self) -> None:
        self._start(
            THRIFT_SERVER,
            self._environment,
            "spark-submit",
            *("--class", SERVER_CLASS, "--master", self.state.master),
            *("--properties-file", str(self._folder.server_settings)),
            "spark-internal",
            *("--hiveconf", f"hive.server2.thrift.bind.host={self.state.host}"),
            *("--hiveconf", f"hive.server2.thrift.port={self.state.port}"),
        )

    def _start(self, name: str, environment: dict[str, str], program: str, *arguments: str) -> None:
        with self._folder.log(name).open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [f"{environment['SPARK_HOME']}/bin/{program}", *arguments],
                # A relative path in a query is relative to the project, as it is without a server.
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C, and the end of the terminal, are for this program alone.
                start_new_session=True,
            )
        found = processes.running().get(process.pid)
        # It outlives this program, and Python would warn of that.
        process.returncode = 0
        if found is None:
            self._fail(name)
        else:
            self.state.members.append(Member(name, process.pid, found.info["create_time"]))
            self._folder.write(self.state)

    def _wait(self, what: str, is_ready: Callable[[], bool]) -> None:
        """Wait until something is ready, and say so; UserError when a process has ended instead."""
        deadline = time.monotonic() + PATIENCE
        while not is_ready():
            running = self._folder.members()
            for member in self.state.members:
                if member.name not in running:
                    self._fail(member.name)
            if time.monotonic() > deadline:
                raise UserError(f"There is no {what} after {PATIENCE:.0f} s; {self._folder.logs} may say why.")
            time.sleep(0.2)
        say(f"  {time.monotonic() - self._began:3.0f} s  {what}")

    def _fail(self, name: str) -> None:
        raise UserError(f"The {name} ended instead of starting; {self._folder.log(name)} says why.")
