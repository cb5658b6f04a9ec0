"""sparkify cluster: a real cluster once, and a Spark made of small scripts for what goes wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Template
from pyiceberg.catalog.sql import SqlCatalog

from clusters import Cluster, begin, call, said
from postgresql_server import serve
from sparkify import jars, settings
from sparkify.cli import main
from sparkify.cluster import configuration, files, ports, processes, ready, spark, stop
from sparkify.cluster.catalog import Catalog
from sparkify.cluster.folder import Folder
from sparkify.cluster.state import THRIFT_SERVER, Member, State
from sparkify.errors import UserError
from sparkify.server import Server
from sparkify.settings import PROJECT, Settings

Said = pytest.CaptureFixture[str]


# --- A real cluster ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that runs; the last test of it stops it."""
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    started = found.start()
    try:
        assert started.returncode == 0, said(started)
        yield found
    finally:
        stopped = call("stop", *found.at)
        assert stopped.returncode == 0, said(stopped)
        assert found.folder.everything() == set()


def test_the_thrift_server_answers(running: Cluster) -> None:
    assert running.ask("select 1") == [(1,)]
    # This one needs executors.
    assert running.ask("select sum(id) from range(0, 1000, 1, 4)") == [(499500,)]
    assert running.ask("select current_timezone()") == [("UTC",)]
    assert running.ask("set spark.sql.ansi.enabled") == [("spark.sql.ansi.enabled", "false")]
    assert ("Location", f"{running.lake}/default") in running.ask("describe database default")


def test_the_master_has_two_workers_and_the_server_as_its_application(running: Cluster) -> None:
    answer = ready.master(running.state().master_page)
    assert answer is not None
    assert (answer["aliveworkers"], answer["cores"], answer["coresused"]) == (2, 2, 2)
    assert [application["name"] for application in answer["activeapps"]] == ["Thrift Server"]
    status = call("status", *running.at)
    assert status.returncode == 0
    assert status.stdout is not None
    shown = status.stdout.read()
    assert "has 2 of 2 workers" in shown and f"127.0.0.1:{running.state().port} answers" in shown


def test_a_second_start_from_the_folder_is_refused(running: Cluster) -> None:
    again = running.start()
    assert again.returncode == 2
    assert said(again) == (
        f"A cluster is running from {running.folder.path}; stop it, or name another folder by --folder.\n"
    )


def test_a_session_sees_at_once_what_another_has_committed(running: Cluster) -> None:
    running.ask("create schema tried")
    running.ask("create table tried.numbers using iceberg as select 1 as number")
    running.ask("create view tried.doubled as select 2 * number as number from tried.numbers")
    server = Server("127.0.0.1", running.state().port)
    with server.connect("tried") as connection, connection.cursor() as cursor:
        for expected in (1, 2):
            cursor.execute("select count(*) from doubled")
            assert cursor.fetchall() == [(expected,)]
            running.ask("insert into tried.numbers values (2)")


def test_a_taken_port_is_refused(running: Cluster, tmp_path: Path) -> None:
    port = str(running.state().port)
    other = call("start", "--folder", str(tmp_path / "other"), "--lake", str(tmp_path / "lake"), "--port", port)
    assert other.returncode == 2
    assert said(other) == (
        f"Port {port} of 127.0.0.1 is taken; name another with --port, or --port 0 for a free one.\n"
    )


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="sockets are looked up in Linux's /proc")
def test_everything_listens_on_this_machine_only(running: Cluster) -> None:
    listening = {address for pid in running.folder.everything() for address in listening_addresses(pid)}
    # IPv4's loopback by itself and as an IPv6 address, as /proc writes them.
    assert listening and listening <= {"0100007F", "0000000000000000FFFF00000100007F"}


def listening_addresses(pid: int) -> Iterator[str]:
    """The addresses on which a process listens, as /proc writes them."""
    sockets = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        if match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(file)):
            sockets.add(match[1])
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                yield fields[1].rpartition(":")[0]


def test_stopping_leaves_nothing_even_after_kill_9_and_a_start_follows(running: Cluster) -> None:
    os.kill(running.folder.members()[THRIFT_SERVER], signal.SIGKILL)
    wait_until(lambda: THRIFT_SERVER not in running.folder.members())
    assert call("status", *running.at).returncode == 1
    stop_and_look(running)

    # With the tables of the server that was killed.
    again = running.start()
    assert again.returncode == 0, said(again)
    assert running.ask("select sum(number) from tried.doubled") == [(10,)]
    stop_and_look(running)


def stop_and_look(cluster: Cluster) -> None:
    """Stop a cluster; then there is no process of it, no port and no file but the logs."""
    pids, port = cluster.folder.everything(), cluster.state().port
    assert pids
    stopped = call("stop", *cluster.at)
    assert (stopped.returncode, said(stopped)) == (
        0,
        f"Stopped the cluster of {cluster.folder.path}; its logs stay in {cluster.folder.logs}.\n",
    )
    assert not pids & processes.running().keys()
    assert ports.choose("127.0.0.1", port, "--port") == port
    assert os.listdir(cluster.folder.path) == ["logs"]
    again = call("stop", *cluster.at)
    assert (again.returncode, said(again)) == (0, f"No cluster is running from {cluster.folder.path}.\n")


def wait_until(condition: Any) -> None:
    """Wait until something is so, at most ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# --- A Spark made of scripts ------------------------------------------------------------------------------------------

# It notes what it was started with. Its master says on its page that all workers are there; its Thrift Server ends at
# once, or hangs if FAKE_SERVER says so.
FAKE = """
import http.server, json, os, sys, time

arguments = sys.argv[1:]
with open(os.environ["FAKE_NOTES"], "a") as notes:
    print(json.dumps([arguments, dict(os.environ)]), file=notes)
after = dict(zip(arguments, arguments[1:]))

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ALIVE", "aliveworkers": 2}).encode())

if "--webui-port" in after and after["--webui-port"] != "0":
    http.server.HTTPServer(("127.0.0.1", int(after["--webui-port"])), Page).serve_forever()
elif "--work-dir" in after or "--hiveconf" in after and os.environ.get("FAKE_SERVER") == "hangs":
    time.sleep(60)
else:
    sys.exit("no server today")
"""


class Fake:
    """A folder with such a Spark, for clusters in another folder."""

    def __init__(self, scratch: Path) -> None:
        self.home = scratch / "spark"
        self.notes = scratch / "notes"
        self.folder = Folder(scratch / "cluster")
        self.variables = {
            "SPARK_HOME": str(self.home),
            "FAKE_NOTES": str(self.notes),
            "XDG_CACHE_HOME": str(scratch / "cache"),
            "SPARKIFY_LAKE": str(scratch / "lake"),
        }
        self.arguments = ("start", "--folder", str(self.folder.path), "--port", "0")
        self.starting: subprocess.Popen[str] | None = None
        (self.home / "bin").mkdir(parents=True)
        (self.home / "jars").mkdir()
        (self.home / "fake.py").write_text(FAKE)
        for name in ("spark-class", "spark-submit"):
            program = self.home / "bin" / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{self.home}/fake.py" "$@"\n')
            program.chmod(0o755)
        for name in ("spark-core_2.13-4.1.4.jar", "spark-hive-thriftserver_2.13-4.1.4.jar"):
            (self.home / "jars" / name).touch()
        for jar in jars.needed(self.home, with_s3=True):
            (self.home / "jars" / jar.file).touch()

    def begin(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """A start that waits for a Thrift Server which does not answer."""
        self.starting = begin(*self.arguments, *arguments, FAKE_SERVER="hangs", **self.variables, **variables)
        wait_until(lambda: THRIFT_SERVER in self.folder.members())
        return self.starting


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    spark = Fake(tmp_path)
    yield spark
    if spark.starting is not None:
        spark.starting.kill()
        spark.starting.communicate()
    stop.stop(spark.folder)


def test_a_server_that_dies_takes_the_rest_with_it(fake: Fake) -> None:
    started = call(*fake.arguments, **fake.variables)
    assert started.returncode == 2
    log = fake.folder.log(THRIFT_SERVER)
    assert said(started).splitlines()[-1] == f"The thrift-server ended instead of starting; {log} says why."
    assert log.read_text() == "no server today\n"
    assert fake.folder.everything() == set()
    assert os.listdir(fake.folder.path) == ["logs"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(fake: Fake, number: signal.Signals) -> None:
    starting = fake.begin()
    # Meanwhile nobody else changes the cluster.
    other = call("stop", "--folder", str(fake.folder.path))
    assert (other.returncode, said(other)) == (
        2,
        f"The cluster of {fake.folder.path} is being started or stopped; wait until that ends.\n",
    )
    assert len(fake.folder.everything()) == 4
    starting.send_signal(number)
    assert starting.wait(30) == 128 + number
    assert said(starting).splitlines()[-1] == "Interrupted; stopping what was started ..."
    assert fake.folder.everything() == set()
    assert os.listdir(fake.folder.path) == ["logs"]


def test_a_killed_start_is_cleared_away_by_the_next(fake: Fake) -> None:
    starting = fake.begin()
    starting.kill()
    starting.wait()
    left = fake.folder.members()
    os.kill(left[THRIFT_SERVER], signal.SIGKILL)
    wait_until(lambda: THRIFT_SERVER not in fake.folder.members())
    again = call(*fake.arguments, **fake.variables)
    assert said(again).splitlines()[0] == f"Stopped what was left of an earlier cluster in {fake.folder.path}."
    assert not set(left.values()) & processes.running().keys()


def test_a_cluster_without_its_state_is_found_by_its_arguments(fake: Fake) -> None:
    starting = fake.begin()
    starting.kill()
    starting.wait()
    (fake.folder.path / "state.json").write_text("{")
    assert len(fake.folder.everything()) == 4
    assert stop.stop(fake.folder)
    assert fake.folder.everything() == set()


def test_a_password_is_in_a_private_file_and_nowhere_else(fake: Fake) -> None:
    with serve() as database:
        credentials = {settings.CATALOG_USER: database.user, settings.CATALOG_PASSWORD: database.password}
        starting = fake.begin("--catalog", database.jdbc_url, **credentials)
        written = files.properties({"spark.sql.catalog.lake.jdbc.password": database.password})
        assert written in fake.folder.server_settings.read_text()
        part = database.password[:20]
        holders = [file for file in fake.folder.path.rglob("*") if file.is_file() and part in file.read_text()]
        assert holders == [fake.folder.server_settings]
        assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600
        # Neither in arguments nor in an environment.
        wait_until(lambda: len(fake.notes.read_text().splitlines()) == 4)
        notes = fake.notes.read_text()
        assert part not in notes and "SPARKIFY_CATALOG_" not in notes
        starting.terminate()
        starting.wait()
    assert os.listdir(fake.folder.path) == ["logs"]


# --- Parts ------------------------------------------------------------------------------------------------------------


def sleeper(*arguments: str) -> subprocess.Popen[bytes]:
    """A process that ignores SIGTERM."""
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def a_state(*members: Member) -> State:
    return State("127.0.0.1", 1, "spark://127.0.0.1:2", 3, 1, members=list(members))


def known_folder(path: Path, *members: Member) -> Folder:
    """A folder in which a cluster was started."""
    found = Folder(path / "cluster")
    with found.locked():
        found.renew()
    found.write(a_state(*members))
    return found


def test_a_recycled_process_id_is_not_killed(tmp_path: Path) -> None:
    somebody = sleeper()
    try:
        found = known_folder(tmp_path, Member(THRIFT_SERVER, somebody.pid, started=time.time() - 3600))
        assert not stop.stop(found)
        assert somebody.poll() is None
        assert os.listdir(found.path) == ["logs"]
    finally:
        somebody.kill()
        somebody.wait()


def test_what_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "PATIENCE", 0.3)
    executor = sleeper(Folder(tmp_path / "cluster").mark)
    neighbour = sleeper(Folder(tmp_path / "cluster").mark + "2")
    try:
        found = known_folder(tmp_path)
        assert found.everything() == {executor.pid}
        assert stop.stop(found)
        assert executor.wait(10) == -signal.SIGKILL
        assert neighbour.poll() is None
    finally:
        for process in (executor, neighbour):
            process.kill()
            process.wait()


def test_processes_that_have_ended_are_not_seen() -> None:
    me = sleeper("one argument")
    try:
        found = processes.running()[me.pid]
        assert processes.has(found, "one argument") and not processes.has(found, "one arg")
        me.kill()
        # It is not waited for, so it is still in the list of processes.
        wait_until(lambda: me.pid not in processes.running())
    finally:
        me.kill()
        me.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"members": []}', '{"members": [{"pid": 1}], "port": 1}'])
def test_a_state_that_is_not_readable_is_none(text: str, tmp_path: Path) -> None:
    found = known_folder(tmp_path)
    assert found.read() == a_state()
    (found.path / "state.json").write_text(text)
    assert found.read() is None


def test_a_folder_of_somebody_is_refused(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "thesis").touch()
    assert main(["cluster", "stop", "--folder", str(tmp_path)]) == 0
    assert call("start", "--folder", str(tmp_path)).returncode == 2
    with pytest.raises(UserError, match=r"is not only for the cluster \(thesis\); name a new folder by --folder"):
        Folder(tmp_path).check_ours()
    assert sorted(os.listdir(tmp_path)) == ["logs", "thesis"]


def test_stopping_what_was_never_started_makes_no_folder(tmp_path: Path, capsys: Said) -> None:
    assert main(["cluster", "stop", "--folder", str(tmp_path / "never")]) == 0
    assert capsys.readouterr().err == f"No cluster is running from {tmp_path / 'never'}.\n"
    assert main(["cluster", "status", "--folder", str(tmp_path / "never")]) == 1
    assert main(["cluster", "logs", "--folder", str(tmp_path / "never")]) == 2
    assert not (tmp_path / "never").exists()


def test_ports(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} of 127.0.0.1 is taken; name another with --master-port"):
            ports.choose("127.0.0.1", port, "--master-port")
    assert ports.choose("127.0.0.1", port, "--port") == port
    assert ports.choose("127.0.0.1", 0, "--port") > 0
    assert ports.address("localhost") == "127.0.0.1"
    with pytest.raises(UserError, match=r"192\.0\.2\.1 is no address of this machine"):
        ports.address("192.0.2.1")
    assert ports.is_loopback("127.1.2.3") and not ports.is_loopback("0.0.0.0")
    assert (ports.to_connect("0.0.0.0"), ports.to_connect("127.0.0.1")) == ("127.0.0.1", "127.0.0.1")


@pytest.mark.parametrize("place", ["SPARKIFY_RAW", "SPARKIFY_LAKE"])
def test_the_client_for_s3_is_had_when_it_is_needed(fake: Fake, place: str) -> None:
    (client,) = (jar.file for jar in jars.needed(fake.home, with_s3=True) if jar.file.startswith("hadoop-aws"))
    (fake.home / "jars" / client).unlink()
    kept = Path(fake.variables["XDG_CACHE_HOME"], "sparkify", "jars")
    kept.mkdir(parents=True)
    (kept / client).write_text("another file")
    on_s3 = call(*fake.arguments, **fake.variables | {place: "s3://bucket/folder"})
    assert on_s3.returncode == 2
    assert said(on_s3) == f"{kept / client} was not the file that jars.txt names, and is deleted; try again.\n"
    assert said(call(*fake.arguments, **fake.variables)).endswith("says why.\n")


def test_an_open_address_is_warned_of(fake: Fake) -> None:
    started = call(*fake.arguments, "--host", "0.0.0.0", **fake.variables)
    assert re.match(r"Warning: whoever can reach 0\.0\.0\.0:\d+ can read and change the lake, as no ", said(started))


@pytest.mark.parametrize(
    "arguments",
    [["--workers", "0"], ["--worker-memory", "256m"], ["--worker-memory", "1 GB"], ["--port", "70000"]],
)
def test_what_cannot_be_started(arguments: list[str], capsys: Said) -> None:
    assert main(["cluster", "start", *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql", "--catalog must be a URL such as"),
        ("jdbc:postgresql://h/d?user=me&password=x", "leave user and password to SPARKIFY_CATALOG_USER and"),
        ("jdbc:postgresql://h/d", "needs SPARKIFY_CATALOG_USER and SPARKIFY_CATALOG_PASSWORD in the environment"),
    ],
)
def test_catalogs_that_are_refused(url: str, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARKIFY_CATALOG_USER", "me")
    monkeypatch.delenv("SPARKIFY_CATALOG_PASSWORD", raising=False)
    with pytest.raises(UserError, match=re.escape(complaint)):
        Catalog(url).check()


def test_a_catalog_that_cannot_be_reached_is_told_without_its_password() -> None:
    with pytest.raises(UserError, match=r"The catalog jdbc:postgresql://.* can't be used \(") as told:
        Catalog("jdbc:postgresql://127.0.0.1:1/d", "me", "secret").prepare()
    assert "Connection refused" in str(told.value) and "secret" not in str(told.value)


def test_a_new_catalog_has_what_each_session_begins_with(tmp_path: Path) -> None:
    found = Catalog(f"jdbc:sqlite:{tmp_path}/new/a folder/catalog.db")
    for _ in range(2):
        found.check()
        found.prepare()
    catalog = SqlCatalog("lake", uri=f"sqlite:///{tmp_path}/new/a folder/catalog.db")
    assert catalog.list_namespaces() == [("default",)]


def test_a_catalog_has_one_place_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARKIFY_CATALOG_URI", raising=False)
    assert settings.catalog_uri("/a lake") == "sqlite:////a lake/catalog.db"
    assert settings.catalog_uri("s3a://b/p") == f"sqlite:///{PROJECT}/.catalog/s3/b/p/catalog.db"
    monkeypatch.setenv("SPARKIFY_CATALOG_URI", "jdbc:postgresql://h:1/d")
    assert settings.catalog_uri("/lake") == "postgresql+psycopg2://h:1/d"
    monkeypatch.setenv("SPARKIFY_CATALOG_USER", "me")
    monkeypatch.setenv("SPARKIFY_CATALOG_PASSWORD", "a/b@c")
    assert settings.catalog_uri("/lake") == "postgresql+psycopg2://me:a%2Fb%40c@h:1/d"


def test_a_password_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(Catalog("jdbc:postgresql:d", "me", "secret"))


# --- Settings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def local() -> dict[str, str]:
    """Settings of the local target."""
    profile = yaml.safe_load((PROJECT / "profiles.example.yml").read_text(encoding="utf-8"))
    found: dict[str, str] = profile["sparkify"]["outputs"]["local"]["server_side_parameters"]
    return found


def server_settings(lake: str) -> dict[str, str]:
    return configuration.thrift_server(Settings("/raw", lake, "sparkify"), "1g", Folder(Path("/a folder")))


def test_the_settings_are_those_of_the_local_target(local: dict[str, str]) -> None:
    server = server_settings("/lake") | Catalog("jdbc:sqlite:/lake/catalog.db").spark_settings("/lake")
    # About the process, not about results or files; or with an environment variable in it, and looked at below.
    other = {
        "spark.master",
        "spark.driver.memory",
        "spark.ui.showConsoleProgress",
        "spark.sql.shuffle.partitions",
        "spark.sql.adaptive.coalescePartitions.initialPartitionNum",
        "spark.sql.adaptive.coalescePartitions.minPartitionNum",
        "spark.hadoop.fs.s3a.endpoint.region",
        "spark.hadoop.fs.s3a.path.style.access",
        "spark.sql.catalog.lake.uri",
        "spark.sql.catalog.lake.warehouse",
        "spark.sql.catalog.lake.jdbc.user",
        "spark.sql.catalog.lake.jdbc.password",
        "spark.driver.extraJavaOptions",
    }
    assert {name: server.get(name) for name in local if name not in other} == {
        name: value for name, value in local.items() if name not in other
    }


@pytest.mark.parametrize("lake", ["/a lake", "s3a://bucket/a/b", "s3://bucket/a/b"])
def test_the_catalog_is_that_of_the_local_target(local: dict[str, str], lake: str) -> None:
    catalog = Catalog(settings.catalog_url(lake)).spark_settings(lake)
    places = {"SPARKIFY_LAKE": lake}
    found = {
        name: Template(local[f"spark.sql.catalog.lake.{name}"]).render(env_var=places.get)
        for name in ("uri", "warehouse")
    }
    # Which Spark takes relative to the project.
    found["uri"] = found["uri"].replace("jdbc:sqlite:.catalog", f"jdbc:sqlite:{PROJECT}/.catalog")
    assert found == {name: catalog[f"spark.sql.catalog.lake.{name}"] for name in found}


def test_the_client_of_spark_3_is_told_of_another_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "hadoop-client-api-3.3.4.jar").touch()
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    assert "spark.hadoop.fs.s3a.endpoint" not in configuration.s3(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")
    assert configuration.s3(tmp_path)["spark.hadoop.fs.s3a.endpoint"] == "http://127.0.0.1:9000"
    (tmp_path / "jars" / "hadoop-client-api-3.3.4.jar").unlink()
    assert "spark.hadoop.fs.s3a.endpoint" not in configuration.s3(tmp_path)


def test_the_settings_for_s3_are_those_of_the_local_target(
    local: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "SPARKIFY_S3_PATH_STYLE", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    found = configuration.s3(spark.home())
    assert found
    rendered = {name: Template(local[name]).render(env_var=lambda _, default: default) for name in found}
    assert rendered == found


def test_a_spark_without_a_thrift_server_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    with pytest.raises(UserError, match="has no Thrift Server in jars/; unset it"):
        spark.home()


def test_properties_are_plain_text_for_java() -> None:
    assert files.properties({"a": "x y=z:#!", "b": "", "c": "\\n\nü😀"}) == (
        "a=x y=z:#!\nc=\\u005cn\\u000a\\u00fc\\ud83d\\ude00\n"
    )


def test_the_cluster_target_asks_any_server_for_the_same(local: dict[str, str]) -> None:
    profile = yaml.safe_load((PROJECT / "profiles.example.yml").read_text(encoding="utf-8"))
    asked = profile["sparkify"]["outputs"]["cluster"]["server_side_parameters"]
    server = server_settings("/lake")
    # Where its tables are, and how large its machines, is the server's affair.
    others = {"warehouse.dir", "shuffle.partitions", "catalogImplementation", "extensions", "defaultCatalog"}
    names = [name for name in server if name.startswith("spark.sql.") and name.removeprefix("spark.sql.") not in others]
    assert asked == {f"set:hiveconf:{name}": server[name] for name in names}
