"""Raw data and lake on S3, with a real server of it: the same tables and the same promises as in local folders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

import oracle
from builds import Lake
from canonical import first_differences
from clones import clone_to, command
from crashes import Runs, kill_and_compare
from s3_lake import S3Lake
from s3_server import READ, WRITE, Account, Server, serve
from shared_data import raw_tree_1943

KILLS = int(os.environ.get("SPARKIFY_KILLS", "3"))
NEWEST_DAY = "log_data/2018/11/2018-11-30-events.json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with random credentials."""
    with serve(tmp_path_factory.mktemp("s3")) as started:
        yield started


@pytest.fixture(scope="module")
def worker(server: Server) -> Account:
    """Who runs dbt: with no more rights than the README asks for."""
    return server.new_account()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, so that all that its scripts write can be looked through."""
    return clone_to(tmp_path_factory.mktemp("clone") / "sparkify")


def lake_of(server: Server, worker: Account, scratch: Path, name: str, metastores: Path) -> S3Lake:
    """An empty lake and an empty place for raw data, in a bucket each."""
    return S3Lake(
        raw=scratch / "raw",
        folder=scratch / "lake",
        schema="sparkify",
        server=server,
        account=worker,
        raw_bucket=server.new_bucket(f"{name}-raw", {worker: READ}),
        lake_bucket=server.new_bucket(f"{name}-lake", {worker: WRITE}),
        metastore=metastores / "s3a" / f"{name}-lake" / "lake" / "_metastore",
    )


def run(clone: Path, lake: S3Lake, **settings: str) -> subprocess.CompletedProcess[str]:
    """scripts/run on a lake, from s3:// to s3a://."""
    places = ("--raw", lake.raw_uri.replace("s3a://", "s3://"), "--lake", lake.lake_uri)
    return command(clone, "./scripts/run", *places, **(lake.server.environment(lake.account) | settings))


@pytest.fixture(scope="module")
def built(
    server: Server, worker: Account, clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[S3Lake, subprocess.CompletedProcess[str]]:
    """The real logs but those of the newest day, with 1,943 songs, built by scripts/run; and what that said."""
    lake = lake_of(server, worker, tmp_path_factory.mktemp("built"), "built", clone / ".metastore")
    source = raw_tree_1943(tmp_path_factory.mktemp("raw1943"))
    (source / NEWEST_DAY).rename(source / "newest")
    lake.deliver_folder(source)
    (source / "newest").rename(source / NEWEST_DAY)
    return lake, run(clone, lake)


def check_tables(lake: Lake) -> None:
    """Every table is what the raw files say."""
    lake.refresh()
    expected = oracle.compute(lake.raw).tables
    for table in oracle.COLUMNS:
        assert first_differences(expected[table], lake.rows(table)) == "", table


def test_a_run_from_s3_to_s3(built: tuple[S3Lake, subprocess.CompletedProcess[str]]) -> None:
    lake, said = built
    assert said.returncode == 0, said.stderr
    assert lake.metastore.is_dir()
    assert f"{lake.lake_uri}/sparkify_versions/songplays__*" in said.stdout
    check_tables(lake)
    assert lake.orphans() == []


def test_one_more_day_is_built_and_nothing_new_writes_nothing(
    built: tuple[S3Lake, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    lake, _ = built
    runs = Runs(lake, tmp_path / "dbt")
    before = lake.objects()
    newest = raw_tree_1943(tmp_path / "raw") / NEWEST_DAY
    lake.deliver(NEWEST_DAY, newest.read_bytes())
    runs.finish("run")
    after = lake.objects()
    check_tables(lake)
    kept = {key: about for key, about in before.items() if key in after}
    assert {key: after[key] for key in kept} == kept
    assert days_of(after) - days_of(before) == {"2018-11-30"}

    runs.finish("run")
    assert without_ledger(lake.objects()) == without_ledger(after)


def days_of(objects: dict[str, tuple[datetime, str]]) -> set[str]:
    """The days of plays of which there are files."""
    parts = [part for key in objects if "/songplays__" in key for part in key.split("/")]
    return {part.removeprefix("event_date=") for part in parts if part.startswith("event_date=")}


def without_ledger(objects: dict[str, tuple[datetime, str]]) -> dict[str, tuple[datetime, str]]:
    """All but the ledger, which has rows of every run."""
    return {key: about for key, about in objects.items() if "run_ledger" not in key}


def test_killed_runs_harm_nobody_on_s3(server: Server, worker: Account, tmp_path: Path) -> None:
    kill_and_compare(lake_of(server, worker, tmp_path, "crash", tmp_path / "metastores"), tmp_path, KILLS)
