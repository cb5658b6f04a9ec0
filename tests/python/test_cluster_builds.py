"""A cluster with two workers builds from S3 to S3, asks for passwords, and does so whatever dies or reads meanwhile."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import oracle
from builds import MARTS, NO_UNIT_TESTS
from clusters import Cluster, call, said
from ldap_server import directory
from postgresql_server import Database
from postgresql_server import serve as serve_postgresql
from s3_server import READ, WRITE, Account, serve
from s3_server import Server as S3
from shared_data import raw_tree_71
from sparkify.canonical import first_differences
from sparkify.server import Server
from sparkify.settings import PROJECT

STAR = ("songplays", "users", "songs", "artists", "time")
NO_TESTS = ("--exclude-resource-types", "test", "unit_test")
# Views are there after the first run.
TABLES = ("--exclude", MARTS, "config.materialized:view")
# What scripts/run shows at its end.
SUMMARY = "from sparkify import settings, summary; print(summary.text(settings.resolve(), 'report.html'))"
PASSWORD = "planted-password-of-ana"


class Clients:
    """dbt and readers, on a cluster that works on S3."""

    def __init__(self, scratch: Path, cluster: Cluster, s3: S3, account: Account, catalog: Database) -> None:
        self.scratch = scratch
        self.cluster = cluster
        self.s3 = s3
        self.account = account
        self.catalog = catalog
        self.raw = scratch / "raw"
        self.lake = "s3a://lake/tables"
        self.seen = scratch / "clients"
        (scratch / "profiles").mkdir()
        shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles" / "profiles.yml")

    @property
    def server(self) -> Server:
        return Server("127.0.0.1", self.cluster.state().port, "LDAP", "ana", PASSWORD)

    def environment(self, name: str) -> dict[str, str]:
        """As somebody who works from another machine: nothing of S3, and a place of their own for dbt's files."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "AWS_", "DBT_"))
        }
        return inherited | {
            "PYTHONPATH": str(PROJECT / "scripts"),
            "SPARKIFY_RAW": "s3a://raw",
            "SPARKIFY_LAKE": self.lake,
            "SPARKIFY_TARGET": "cluster",
            "SPARKIFY_THRIFT_PORT": str(self.server.port),
            "SPARKIFY_THRIFT_AUTH": "LDAP",
            "SPARKIFY_THRIFT_USER": "ana",
            "DBT_ENV_SECRET_THRIFT_PASSWORD": PASSWORD,
            "DBT_PROFILES_DIR": str(self.scratch / "profiles"),
            "DBT_TARGET_PATH": str(self.seen / name / "target"),
            "DBT_LOG_PATH": str(self.seen / name / "logs"),
        }

    @property
    def of_a_reader(self) -> dict[str, str]:
        """What whoever opens catalog and files by itself needs; dbt does not."""
        return self.s3.environment(self.account) | {
            "SPARKIFY_CATALOG_USER": self.catalog.user,
            "SPARKIFY_CATALOG_PASSWORD": self.catalog.password,
        }

    def start_server(self, cluster: Cluster, *arguments: str) -> subprocess.Popen[str]:
        """Start a cluster on the catalog, with the rights of the account."""
        variables = {
            "SPARKIFY_RAW": "s3a://raw",
            "SPARKIFY_LAKE": self.lake,
            "SPARKIFY_THRIFT_USER": "ana",
            "DBT_ENV_SECRET_THRIFT_PASSWORD": PASSWORD,
        }
        at = ("--catalog", self.catalog.jdbc_url)
        return cluster.start(*at, *arguments, **self.of_a_reader, **variables)

    def start(self, name: str, *command: str, **variables: str) -> subprocess.Popen[str]:
        """A client that is under way."""
        return subprocess.Popen(
            command,
            cwd=PROJECT,
            env=self.environment(name) | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def dbt(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """dbt of one client, under way."""
        return self.start(name, str(Path(sys.executable).with_name("dbt")), "--quiet", *arguments)

    def log(self, name: str) -> Path:
        """Where a client's dbt writes what it does."""
        return self.seen / name / "logs" / "dbt.log"

    def upload(self, name: str, content: bytes) -> None:
        """A raw file arrives, here for the independent computation and on S3."""
        file = self.raw / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.put(file)

    def put(self, file: Path) -> None:
        client = self.s3.client()
        key = str(file.relative_to(self.raw))
        client.put_object(Bucket="raw", Key=key, Body=file.read_bytes())
        modified = client.head_object(Bucket="raw", Key=key)["LastModified"].timestamp()
        os.utime(file, (modified, modified))

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The rows of a table as the server has it, a source file as its path below the raw folder."""
        columns = oracle.COLUMNS[table]
        rows = self.server.ask(f"select {', '.join(columns)} from sparkify.{table}")
        if "source_file" not in columns:
            return rows
        at = columns.index("source_file")
        return [(*row[:at], str(row[at]).removeprefix("s3://raw/"), *row[at + 1 :]) for row in rows]

    def differences(self) -> dict[str, str]:
        """What is not as the independent computation has it."""
        expected = oracle.compute(self.raw).tables
        found = {table: first_differences(expected[table], self.rows(table)) for table in oracle.COLUMNS}
        return {table: difference for table, difference in found.items() if difference}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """All of it, started once; when the last test is done, it is stopped and nothing of it is left."""
    scratch = tmp_path_factory.mktemp("cluster_builds")
    cluster = Cluster(scratch)
    people = directory({"uid=ana,ou=people": PASSWORD})
    with serve(scratch / "s3") as s3, people as ldap, serve_postgresql() as catalog:
        account = s3.new_account()
        s3.new_bucket("raw", {account: READ})
        s3.new_bucket("lake", {account: WRITE})
        s3.new_bucket("foreign", {})
        found = Clients(scratch, cluster, s3, account, catalog)
        raw_tree_71(found.raw)
        for file in sorted(found.raw.rglob("*.json")):
            found.put(file)
        started = found.start_server(cluster, "--ldap-url", ldap, "--ldap-people", "ou=people")
        try:
            assert started.returncode == 0, said(started)
            yield found
        finally:
            stop(cluster)


def stop(cluster: Cluster) -> None:
    """Stop a cluster, of which nothing may be left but its logs."""
    stopped = call("stop", *cluster.at)
    assert stopped.returncode == 0, said(stopped)
    assert cluster.folder.everything() == set()
    assert os.listdir(cluster.folder.path) == ["logs"]


def kill_worker(cluster: Cluster, name: str) -> None:
    """kill -9 of a worker and of the executor that it has started."""
    worker = cluster.folder.members()[name]
    children = subprocess.run(["pgrep", "-P", str(worker)], capture_output=True, text=True, check=True).stdout.split()
    assert children
    for pid in (worker, *map(int, children)):
        os.kill(pid, signal.SIGKILL)


def wait_for(client: subprocess.Popen[str], log: Path, sign: str) -> None:
    """Wait until dbt has logged something, or has ended."""
    while client.poll() is None and not (log.exists() and sign in log.read_text(encoding="utf-8")):
        time.sleep(0.05)


def test_a_build_ends_right_though_a_worker_dies(clients: Clients) -> None:
    # With the seeds, which a server can't read by itself.
    build = clients.dbt("first", "build", "--threads", "4", *NO_TESTS, "--exclude", MARTS)
    # While the events are parsed and written.
    wait_for(build, clients.log("first"), "snapshot-property.sparkify.int_log_rows")
    time.sleep(1)
    kill_worker(clients.cluster, "worker-1")
    output, _ = build.communicate()
    assert build.returncode == 0, output
    assert clients.differences() == {}


class Readers:
    """Sessions that stay open and ask for the tables all the time: what they saw, and what went wrong."""

    def __init__(self, server: Server, number: int) -> None:
        self.states: dict[str, set[tuple[str, ...]]] = {table: set() for table in STAR}
        self.errors: list[str] = []
        self.asked = 0
        self._stop = threading.Event()
        # One login after the other: of ten at once one fails now and then, in its negotiation of SASL.
        self._threads = [threading.Thread(target=self._read, args=(server.connect(),)) for _ in range(number)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, session: Any) -> None:
        try:
            with session as connection, connection.cursor() as cursor:
                while not self._stop.is_set():
                    for table in STAR:
                        cursor.execute(state_of(table))
                        self.states[table].update(tuple(map(str, row)) for row in cursor.fetchall())
                        self.asked += 1
                        # As people do; ten who never pause would take both cores.
                        self._stop.wait(8)
        except Exception as error:
            self.errors.append(repr(error))


def state_of(table: str) -> str:
    """A question whose answer names the whole content of a table."""
    return f"select count(*), sum(cast(xxhash64(*) as decimal(38, 0))) from sparkify.{table}"


def states(server: Server) -> dict[str, set[tuple[str, ...]]]:
    return {table: {tuple(map(str, row)) for row in server.ask(state_of(table))} for table in STAR}


def song_of(play: bytes) -> bytes:
    """A song that a play is of."""
    event = json.loads(play)
    of_artist = {"artist_id": "ARNEW", "artist_name": event["artist"], "artist_location": ""}
    of_song = {"song_id": "SONEW", "title": event["song"], "duration": event["length"], "year": 1994}
    return json.dumps(
        {"num_songs": 1, "artist_latitude": None, "artist_longitude": None} | of_artist | of_song
    ).encode()


def test_after_a_killed_client_two_at_once_and_ten_readers(clients: Clients) -> None:
    late = (clients.raw / "log_data" / "2018" / "11" / "2018-11-30-events.json").read_bytes().splitlines()
    changed = [line.replace(b'"level":"free"', b'"level":"paid"') for line in late[:50]]
    clients.upload("log_data/2018/12/corrected.json", b"\n".join(changed))
    clients.upload("song_data/new.json", song_of(next(line for line in late if b'"NextSong"' in line)))
    killed = clients.dbt("killed", "run", "--full-refresh", "-s", "+songplays")
    wait_for(killed, clients.log("killed"), "snapshot-property.sparkify.int_song_rows")
    killed.kill()
    killed.wait()

    before = states(clients.server)
    with Readers(clients.server, 10) as readers:
        of_songs = clients.dbt("songs", "run", "-s", "+songs", "+artists", *TABLES)
        of_users = clients.dbt("users", "run", "-s", "+users", *TABLES)
        for client in (of_songs, of_users):
            output, _ = client.communicate()
            assert client.returncode == 0, output
        middle = states(clients.server)
        # With the data tests, over the server.
        everything = clients.dbt("everything", "build", "--threads", "4", *NO_UNIT_TESTS, "--exclude", MARTS)
        output, _ = everything.communicate()
        assert everything.returncode == 0, output
    after = states(clients.server)
    assert clients.differences() == {}
    assert after != before
    assert readers.errors == []
    assert readers.asked > 50
    for table in STAR:
        assert readers.states[table] - (before[table] | middle[table] | after[table]) == set(), table
    ledger = clients.server.ask("select table_name from sparkify.run_ledger where command in ('run', 'build')")
    assert {"songs", "users", "songplays"} <= {row[0] for row in ledger}
    catalog = {"SPARKIFY_CATALOG_URI": clients.catalog.jdbc_url}
    summary = clients.start("summary", sys.executable, "-c", SUMMARY, **clients.of_a_reader, **catalog)
    output, _ = summary.communicate()
    assert summary.returncode == 0, output
    plays = len(clients.rows("songplays"))
    assert f"of {plays:,} plays matched a song of the catalogue" in output
    assert re.search(rf"\nsongplays +{plays:,} ", output)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"DBT_ENV_SECRET_THRIFT_PASSWORD": "planted-wrong-password"},
            "The Thrift Server 127.0.0.1:{port} does not let the user ana in; "
            "check SPARKIFY_THRIFT_USER and DBT_ENV_SECRET_THRIFT_PASSWORD.",
        ),
        (
            {"SPARKIFY_THRIFT_PORT": "1"},
            "No Thrift Server can be reached at 127.0.0.1:1 (Connection refused); start one by sparkify cluster "
            "start, or set SPARKIFY_THRIFT_HOST and SPARKIFY_THRIFT_PORT.",
        ),
        (
            {"SPARKIFY_RAW": "s3a://no-such-bucket/raw"},
            "There is no bucket no-such-bucket; create it, or name another by --raw.",
        ),
        (
            {"SPARKIFY_RAW": "s3a://foreign/raw"},
            "The server's credentials may not list s3a://foreign/raw/log_data; ask the owner of the bucket foreign for "
            "the rights, or name another by --raw.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(clients: Clients, variables: dict[str, str], sentence: str) -> None:
    wrong = clients.start("wrong", sys.executable, "-m", "sparkify.cli", "run", **variables)
    output, _ = wrong.communicate()
    assert (wrong.returncode, output) == (2, sentence.format(port=clients.server.port) + "\n")


def test_no_secret_is_written_anywhere(clients: Clients) -> None:
    secrets = [PASSWORD, "planted-wrong-password", clients.account.secret, clients.catalog.password]
    files = [
        file for folder in (clients.seen, clients.cluster.folder.logs) for file in folder.rglob("*") if file.is_file()
    ]
    assert len(files) > 20
    for file in files:
        content = file.read_bytes()
        assert [secret for secret in secrets if secret.encode() in content] == [], file
