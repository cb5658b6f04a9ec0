"""Raw data and lake on S3, with a real server of it: the same tables and the same promises as in local folders."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import oracle
from builds import Lake
from clones import clone_to, command
from crashes import TABLES, Runs, kill_and_compare
from s3_lake import S3Lake
from s3_server import READ, WRITE, Account, Server, new_account, serve
from shared_data import raw_tree_71
from sparkify.canonical import first_differences

KILLS = int(os.environ.get("SPARKIFY_KILLS", "1"))
PLANTED = new_account().secret
NEWEST_DAY = "log_data/2018/11/2018-11-30-events.json"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whatever is written here lies below it."""
    return tmp_path_factory.mktemp("on_s3")


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[Server]:
    """A server with random credentials."""
    with serve(scratch / "server") as started:
        yield started


@pytest.fixture(scope="module")
def worker(server: Server) -> Account:
    """Who runs dbt: with no more rights than the README asks for."""
    return server.new_account()


@pytest.fixture(scope="module")
def clone(scratch: Path) -> Path:
    """A copy of the project, so that all that its scripts write can be looked through."""
    return clone_to(scratch / "sparkify")


def lake_of(server: Server, worker: Account, scratch: Path, name: str, catalogs: Path) -> S3Lake:
    """An empty lake and an empty place for raw data, in a bucket each."""
    return S3Lake(
        raw=scratch / "raw",
        folder=scratch / "lake",
        schema="sparkify",
        server=server,
        account=worker,
        raw_bucket=server.new_bucket(f"{name}-raw", {worker: READ}),
        lake_bucket=server.new_bucket(f"{name}-lake", {worker: WRITE}),
        catalog=catalogs / "s3" / f"{name}-lake" / "lake" / "catalog.db",
    )


def run(clone: Path, lake: S3Lake, **settings: str) -> subprocess.CompletedProcess[str]:
    """scripts/run on a lake, from s3:// to s3a://."""
    places = ("--raw", lake.raw_uri, "--lake", lake.lake_uri)
    return command(clone, "./scripts/run", *places, **(lake.server.environment(lake.account) | settings))


@pytest.fixture(scope="module")
def built(
    server: Server, worker: Account, clone: Path, scratch: Path
) -> tuple[S3Lake, subprocess.CompletedProcess[str]]:
    """The real logs but those of the two newest days, with 71 songs, built by scripts/run; and what that said."""
    lake = lake_of(server, worker, scratch / "built", "built", clone / ".catalog")
    source = raw_tree_71(scratch / "source")
    (source / NEWEST_DAY).rename(scratch / "newest.json")
    (source / NEWEST_DAY.replace("-30-", "-29-")).unlink()
    lake.deliver_folder(source)
    return lake, run(clone, lake)


def check_tables(lake: Lake) -> None:
    """Every table is what the raw files say."""
    expected = oracle.compute(lake.raw).tables
    for table in oracle.COLUMNS:
        assert first_differences(expected[table], lake.rows(table)) == "", table


def test_a_run_from_s3_to_s3(built: tuple[S3Lake, subprocess.CompletedProcess[str]]) -> None:
    lake, said = built
    assert said.returncode == 0, said.stderr
    # A look at each file, and the parse of its lines; no other model or test reads it again.
    gets = Counter(request for request in files_asked_for(lake.server.requests()) if "GetObject" in request)
    assert set(gets.values()) == {2}
    assert len(gets) == 71 + 28
    assert lake.catalog is not None and lake.catalog.is_file()
    assert f"Tables in {lake.lake_uri.replace('s3a://', 's3://')}, as" in said.stdout
    check_tables(lake)


def test_one_more_day_is_built_nothing_new_writes_nothing_and_killed_runs_harm_nobody(
    built: tuple[S3Lake, subprocess.CompletedProcess[str]], scratch: Path
) -> None:
    lake, _ = built
    runs = Runs(lake, scratch / "dbt")
    before = lake.objects()
    # Logs in S3 are often named by their time, with colons.
    lake.deliver("log_data/2018/11/2018-11-30T00:00:00.json", (scratch / "newest.json").read_bytes())
    seconds = runs.finish("run", *TABLES)
    after = lake.objects()
    check_tables(lake)
    assert rewritten(before, after) == []
    assert days_of(after) - days_of(before) == {"2018-11-30"}

    asked = lake.server.requests()
    assert len(files_asked_for(asked)) > 71 + 29
    # A service whose address is a name knows buckets by the path alone.
    by_name = lake.server.endpoint.replace("127.0.0.1", "localhost")
    runs.finish("run", *TABLES, AWS_ENDPOINT_URL_S3=by_name, SPARKIFY_S3_PATH_STYLE="true")
    assert not files_asked_for(lake.server.requests()[len(asked) :])
    idle = lake.objects()
    assert rewritten(after, idle) == []
    assert [key for key in after.keys() ^ idle.keys() if "run_ledger" not in key] == []
    kill_and_compare(runs, seconds, KILLS)


def days_of(objects: dict[str, tuple[datetime, str]]) -> set[str]:
    """The days of plays of which there are files."""
    parts = [part for key in objects if "/sparkify/songplays/" in key for part in key.split("/")]
    return {part.removeprefix("event_date=") for part in parts if part.startswith("event_date=")}


def files_asked_for(requests: list[str]) -> list[str]:
    """Requests for a raw file itself, as opposed to lists of them."""
    asked = ("s3_HeadObject raw/", "s3_GetObject raw/")
    return [request for request in requests if request.startswith(asked) and request.endswith(".json")]


def rewritten(before: dict[str, tuple[datetime, str]], after: dict[str, tuple[datetime, str]]) -> list[str]:
    """Files that were written again. Spark writes the empty objects that stand for folders anew as it likes."""
    return [key for key in before if key in after and after[key] != before[key] and not key.endswith("/")]


@pytest.fixture(scope="module")
def wrong(server: Server, worker: Account, clone: Path, scratch: Path) -> S3Lake:
    """A lake and raw data with which nothing is wrong, beside buckets with which something is."""
    lake = lake_of(server, worker, scratch / "wrong", "wrong", clone / ".catalog")
    for source in ("log_data", "song_data"):
        lake.deliver(f"{source}/1.json", b"{}")
    server.new_bucket("not-ours", {})
    server.new_bucket("read-only", {worker: READ})
    return lake


@pytest.mark.parametrize(
    ("buckets", "settings", "sentence"),
    [
        ({}, {"AWS_SECRET_ACCESS_KEY": PLANTED}, "S3 refuses the credentials (SignatureDoesNotMatch); check AWS_ACC"),
        ({}, {"AWS_ACCESS_KEY_ID": "AKNOBODY"}, "S3 refuses the credentials (InvalidAccessKeyId); check AWS_ACC"),
        ({}, {"AWS_ACCESS_KEY_ID": ""}, "There are no credentials for S3; set AWS_"),
        ({}, {"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found; correct AWS_"),
        ({}, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "S3 can't be reached at http://127.0.0.1:9; check the"),
        ({"raw_bucket": "not-there"}, {}, "There is no bucket not-there; create it, or name another by --raw."),
        ({"lake_bucket": "not-there"}, {}, "There is no bucket not-there; create it, or name another by --lake."),
        ({"raw_bucket": "read-only"}, {}, "There is nothing below s3a://read-only/raw/log_data; name a place with"),
        ({"raw_bucket": "not-ours"}, {}, "The credentials may not list s3a://not-ours/raw/log_data; ask the owner of"),
        ({"lake_bucket": "read-only"}, {}, "The credentials may not write s3a://read-only/lake; ask the owner of"),
        ({"raw_bucket": "Not_A_Bucket"}, {}, "S3 answers InvalidBucketName when asked to list s3a://Not_A_Bucket/raw/"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    clone: Path, wrong: S3Lake, buckets: dict[str, Any], settings: dict[str, str], sentence: str
) -> None:
    began = time.monotonic()
    said = run(clone, replace(wrong, **buckets), **settings)
    # Nobody waits for Java to find it out.
    assert time.monotonic() - began < 60
    assert (said.returncode, said.stdout) == (2, "")
    (line,) = [line for line in said.stderr.splitlines() if "profiles.yml" not in line]
    assert line.startswith(sentence)
    assert line.endswith(".")
    assert not secrets_in(said.stderr.encode(), wrong)


def test_plain_dbt_fails_without_the_secret_in_its_log(wrong: S3Lake, scratch: Path) -> None:
    runs = Runs(wrong, scratch / "refused")
    process = runs.start("run", AWS_SECRET_ACCESS_KEY=PLANTED)
    output, _ = process.communicate()
    assert process.returncode != 0
    assert "Status Code: 403" in output
    assert "Status Code: 403" in runs.log.read_text(encoding="utf-8")
    assert not secrets_in(output.encode(), wrong)


def test_no_secret_is_in_any_file(built: tuple[S3Lake, subprocess.CompletedProcess[str]], scratch: Path) -> None:
    lake, said = built
    assert not secrets_in((said.stdout + said.stderr).encode(), lake)
    accounts = scratch / "server" / "accounts"
    files = [file for file in scratch.rglob("*") if file.is_file() and accounts not in file.parents]
    assert len(files) > 200
    assert [str(file) for file in files if secrets_in(file.read_bytes(), lake)] == []
    # It would be found.
    assert [file for file in accounts.rglob("*") if file.is_file() and secrets_in(file.read_bytes(), lake)]


def secrets_in(content: bytes, lake: S3Lake) -> list[str]:
    """Which of the secrets are in something that was written."""
    known = (PLANTED, lake.account.secret, lake.server.owner.secret)
    return [secret for secret in known if secret.encode() in content]
