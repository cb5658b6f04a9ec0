"""PostgreSQL for tests: a server on loopback, with a random password, gone with the test that started it."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# PostgreSQL refuses to run as root; Debian's package comes with this user.
OWNER = "postgres"


@dataclass(frozen=True)
class Database:
    """An empty database, and who owns it."""

    jdbc_url: str
    user: str
    password: str


def programs() -> Path:
    """The folder of PostgreSQL's programs; without them the test fails in CI and is skipped elsewhere."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    named = shutil.which("initdb")
    if installed or named:
        return installed[-1] if installed else Path(named or "").resolve().parent
    message = "What needs PostgreSQL is left out: its programs (initdb, postgres) are not here."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def serve() -> Iterator[Database]:
    """A server with an empty database."""
    bin_folder = programs()
    owner = OWNER if os.geteuid() == 0 else None
    # With what a URL or a file of properties would take for something else.
    password = f"{secrets.token_urlsafe(24)}\\@/ ü"
    database = Database(f"jdbc:postgresql://127.0.0.1:{_free_port()}/postgres", "owner", password)
    # Not in pytest's folder, which nobody but its owner may enter.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as scratch:
        folder = Path(scratch)
        (folder / "password").write_text(database.password, encoding="utf-8")
        if owner:
            user = pwd.getpwnam(owner)
            for path in (folder, folder / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
        subprocess.run(
            [
                *(bin_folder / "initdb", "-D", folder / "data", "-U", database.user, "--pwfile", folder / "password"),
                *("--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C"),
            ],
            user=owner,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        port = database.jdbc_url.rpartition(":")[2].partition("/")[0]
        process = subprocess.Popen(
            [
                *(bin_folder / "postgres", "-D", folder / "data", "-p", port, "-k", folder),
                *("-c", "listen_addresses=127.0.0.1"),
            ],
            user=owner,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(int(port), process)
            yield database
        finally:
            # Not SIGTERM, upon which it waits for its clients.
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    # It listens when it has started up.
    for _ in range(300):
        assert process.poll() is None, "PostgreSQL ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("PostgreSQL does not listen")
