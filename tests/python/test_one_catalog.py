"""Spark and Trino write one lake in turns, through one catalog: each goes on from what the other left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

import oracle
import postgresql_server
import s3_server
from crashes import Runs
from s3_lake import S3Lake
from shared_data import raw_tree_71
from sparkify import restore
from sparkify.canonical import first_differences
from sparkify.compare.engines import CATALOG, RAW_CATALOG, Row
from sparkify.settings import CATALOG_PASSWORD, CATALOG_USER
from sparkify.trino.server import Server

STAR = ("build", "--selector", "star", "--exclude-resource-types", "test", "unit_test")
TABLES = ("songplays", "users", "songs", "artists", "time")
DAYS = ("log_data/2018/11/2018-11-29-events.json", "log_data/2018/11/2018-11-30-events.json")


@dataclass(frozen=True, kw_only=True)
class SharedLake(S3Lake):
    """A lake on S3 with its catalog in PostgreSQL, which dbt builds by Spark or by Trino."""

    trino: Server
    database: postgresql_server.Database

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "SPARKIFY_CATALOG_URI": self.database.jdbc_url,
            CATALOG_USER: self.database.user,
            CATALOG_PASSWORD: self.database.password,
            "SPARKIFY_TRINO_PORT": str(self.trino.port),
            "SPARKIFY_TRINO_CATALOG": CATALOG,
            "SPARKIFY_TRINO_RAW_CATALOG": RAW_CATALOG,
        }

    def rows_by_trino(self, table: str) -> list[Row]:
        """The rows of a table in the oracle's columns."""
        columns = ", ".join(f'"{name}"' for name in oracle.COLUMNS[table])
        return self.asked(f"select {columns} from {table}")

    def asked(self, question: str) -> list[Row]:
        """What Trino answers."""
        return [tuple(row) for row in self.trino.query(question, CATALOG, self.schema)]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedLake]:
    """An empty lake, with the servers that it needs."""
    scratch = tmp_path_factory.mktemp("one_catalog")
    with s3_server.serve(scratch / "s3") as s3, postgresql_server.serve() as database:
        files = s3.trino_settings()
        tables = {
            "connector.name": "iceberg",
            "iceberg.catalog.type": "jdbc",
            "iceberg.jdbc-catalog.catalog-name": "lake",
            "iceberg.jdbc-catalog.schema-version": "V1",
            "iceberg.jdbc-catalog.driver-class": "org.postgresql.Driver",
            "iceberg.jdbc-catalog.connection-url": database.jdbc_url,
            "iceberg.jdbc-catalog.connection-user": database.user,
            "iceberg.jdbc-catalog.connection-password": "${ENV:SPARKIFY_CATALOG_PASSWORD}",
            "iceberg.jdbc-catalog.default-warehouse-dir": "s3://shared-lake/lake",
        }
        raw = {
            "connector.name": "hive",
            "hive.metastore": "file",
            "hive.metastore.catalog.dir": "s3://shared-lake/raw_catalog",
            "hive.recursive-directories": "true",
            "hive.security": "allow-all",
        }
        with (
            patch.dict(os.environ, {CATALOG_PASSWORD: database.password}),
            Server(scratch / "trino", {CATALOG: tables | files, RAW_CATALOG: raw | files}) as trino,
        ):
            yield SharedLake(
                raw=scratch / "raw",
                folder=scratch / "lake",
                schema="sparkify",
                server=s3,
                account=s3.owner,
                raw_bucket=s3.new_bucket("shared-raw", {}),
                lake_bucket=s3.new_bucket("shared-lake", {}),
                trino=trino,
                database=database,
            )


def check(lake: SharedLake) -> None:
    """The star is what the raw files say, for Trino as for PyIceberg."""
    expected = oracle.compute(lake.raw).tables
    for table in TABLES:
        assert first_differences(expected[table], lake.rows(table)) == "", table
        assert first_differences(expected[table], lake.rows_by_trino(table)) == "", table


def test_each_engine_goes_on_where_the_other_stopped(lake: SharedLake, tmp_path: Path) -> None:
    source = raw_tree_71(tmp_path / "source")
    days = [(source / day).read_bytes() for day in DAYS]
    late_songs = {str(path.relative_to(source)): path.read_bytes() for path in source.glob("song_data/A/B/**/*.json")}
    for name in (*DAYS, *late_songs):
        (source / name).unlink()
    lake.deliver_folder(source)
    runs = Runs(lake, tmp_path / "dbt")

    runs.finish(*STAR)
    check(lake)

    lake.deliver(DAYS[0], days[0])
    runs.finish(*STAR, SPARKIFY_TARGET="trino")
    check(lake)

    lake.deliver(DAYS[1], days[1])
    for name, song in late_songs.items():
        lake.deliver(name, song)
    runs.finish(*STAR)
    check(lake)

    before = lake.snapshots()
    runs.finish(*STAR, SPARKIFY_TARGET="trino")
    assert lake.snapshots() == before
    with patch.dict(os.environ, lake.environment()):
        tables = restore.restored_tables(lake.place, lake.schema)
        assert [run.reasons["songplays"] for run in restore.restorable(tables)] == ["new table", *["changed days"] * 2]
    reasons = lake.asked("select reason from run_ledger where table_name = 'songplays' order by run_id")
    assert reasons == [("new table",), ("changed days",), ("changed days",), (None,)]
