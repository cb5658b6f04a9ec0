"""The target athena runs: dbt-athena builds the project in an S3, a Glue and a small Athena on this machine."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from dbt.cli.main import dbtRunner

import marts_oracle
import oracle
from athena_api import CATALOG
from athena_endpoints import Endpoints
from builds import copy_of_project
from histories import arrive, real_days
from hostile import event, write_raw
from sparkify.canonical import first_differences
from sparkify.compare.engines import Row, athena_rows, athena_settings
from sparkify.compare.models import Model, published
from sparkify.compare.upload import upload
from sparkify.settings import PROJECT
from trino_lakes import raw_bytes_read

# They run on Trino: the same statements take three times as long through all that stands for AWS.
WITHOUT_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")
STAR_ALONE = ("build", *WITHOUT_TESTS, "--select", "+path:models/star")
STAR = ("songplays", "users", "songs", "artists", "time")
SEED = int(os.environ.get("SPARKIFY_HISTORIES_SEED", "2"))


@dataclass(frozen=True)
class AthenaLake:
    """A lake that dbt-athena builds, with its raw files on S3 and, with the same times, in a folder here."""

    endpoints: Endpoints
    raw: Path
    schema: str
    scratch: Path

    @property
    def s3(self) -> str:
        """Where it lies."""
        return f"{self.endpoints.s3}/{self.schema}"

    def dbt(self, *arguments: str) -> bool:
        """One dbt command with target athena on what the raw folder has; whether it succeeded."""
        profiles = self.scratch / "profiles"
        profiles.mkdir(exist_ok=True)
        shutil.copyfile(PROJECT / "profiles.example.yml", profiles / "profiles.yml")
        settings = {"SPARKIFY_TARGET": "athena", "SPARKIFY_SCHEMA": self.schema}
        os.chdir(PROJECT)
        with patch.dict(os.environ, self.endpoints.environment() | athena_settings(self.s3) | settings):
            upload(self.raw, self.s3)
            result = dbtRunner().invoke(
                [
                    "--quiet",
                    *arguments,
                    # The profile's four are for a service.
                    "--threads=2",
                    f"--profiles-dir={profiles}",
                    f"--target-path={self.scratch / 'target'}",
                    f"--log-path={self.scratch / 'logs'}",
                ]
            )
        return bool(result.success)

    def rows(self, model: Model) -> list[Row]:
        """The rows of a table, as Athena gives them."""
        with patch.dict(os.environ, self.endpoints.environment()):
            return athena_rows(self.s3, self.schema, model)

    def asked(self, question: str) -> list[Row]:
        """What the engine answers."""
        return [tuple(row) for row in self.endpoints.trino.query(question, CATALOG, self.schema)]

    def in_glue(self, table: str, schema: str | None = None) -> Any:
        """What Glue says of a table."""
        return self.endpoints.glue.client.get_table(DatabaseName=schema or self.schema, Name=table)["Table"]

    def differences(self, tables: Iterable[str] = oracle.COLUMNS) -> dict[str, str]:
        """What is not as the independent computation has it, by table."""
        expected = oracle.compute(self.raw, line_by_line=True).tables
        found = {
            table: first_differences(expected[table], self.rows(Model(table, oracle.COLUMNS[table])))
            for table in tables
        }
        return {table: text for table, text in found.items() if text}


@pytest.fixture(scope="module")
def hostile(endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> AthenaLake:
    found = AthenaLake(endpoints, tmp_path_factory.mktemp("raw"), "hostile", tmp_path_factory.mktemp("athena"))
    write_raw(found.raw)
    assert found.dbt("build", *WITHOUT_TESTS)
    return found


def test_star_and_quality_are_those_of_the_oracle(hostile: AthenaLake) -> None:
    assert hostile.differences() == {}


def test_marts_are_those_of_the_oracle(hostile: AthenaLake) -> None:
    known = marts_oracle.facts(hostile.raw, line_by_line=True)
    models = {model.name: model for model in published(hostile.scratch / "target" / "manifest.json")}
    found = {
        mart: first_differences(compute(known), hostile.rows(models[mart]))
        for mart, compute in marts_oracle.MARTS.items()
    }
    assert {mart: text for mart, text in found.items() if text} == {}


def test_glue_has_types_and_descriptions(hostile: AthenaLake) -> None:
    table = hostile.in_glue("songplays")
    assert table["Parameters"]["table_type"] == "ICEBERG"
    columns = {column["Name"]: column for column in table["StorageDescriptor"]["Columns"]}
    assert columns["start_time"]["Type"] == "timestamp"
    assert columns["user_id"]["Type"] == "bigint"
    assert all(column["Comment"] for column in columns.values())
    assert table["Description"].startswith("**One row per play")


def test_a_partition_is_a_month(hostile: AthenaLake) -> None:
    months = hostile.asked('select count(*), count(distinct partition) from "songplays$partitions"')
    days = hostile.asked("select count(distinct date_trunc('month', event_date)) from songplays")
    assert months == [days[0] * 2]


def test_any_history_and_an_erasure_end_in_the_same_tables(
    endpoints: Endpoints, tmp_path: Path, hostile: AthenaLake
) -> None:
    lake = AthenaLake(endpoints, tmp_path / "raw", "history", tmp_path)
    for _ in arrive(SEED, real_days(), lake.raw):
        assert lake.dbt(*STAR_ALONE, "--vars", "{recheck_days: 36500}")
    assert lake.differences(STAR) == {}

    # A new day, and a user who goes: the day alone is read.
    read = raw_bytes_read(endpoints.trino, lake.schema)
    user = lake.asked("select user_id from songplays group by 1 order by count(*) desc limit 1")[0][0]
    user_hash = hashlib.md5(str(user).encode()).hexdigest()
    assert lake.dbt("run-operation", "erase_user", "--args", f"{{user_hash: {user_hash}}}")
    day = lake.raw / "log_data" / "day.json"
    day.write_bytes(event(1, ts=1_546_300_800_000))
    assert lake.dbt(*STAR_ALONE)
    assert raw_bytes_read(endpoints.trino, lake.schema) - read == day.stat().st_size
    for path in lake.raw.rglob("*.json"):
        lines = path.read_bytes().split(b"\n")
        at = path.stat().st_mtime_ns
        path.write_bytes(b"\n".join(line for line in lines if not re.search(b'"userId": ?"%d"' % user, line)))
        os.utime(path, ns=(at, at))
    assert lake.differences(STAR) == {}
    staging = f"{lake.schema}_staging"
    assert lake.asked(f"select count(*) from {staging}.int_log_rows where user_id = {user}") == [(0,)]
    assert ("unchanged", None) in lake.asked("select status, reason from run_ledger where table_name = 'songs'")


def test_a_table_with_other_columns_takes_the_place_of_the_old_one_at_once(hostile: AthenaLake, tmp_path: Path) -> None:
    users = Model("users", oracle.COLUMNS["users"])
    before, at = hostile.rows(users), hostile.in_glue("users")["StorageDescriptor"]["Location"]
    project = copy_of_project(tmp_path)
    model = project / "models" / "star" / "users.sql"
    model.write_text(model.read_text(encoding="utf-8") + "-- changed\n", encoding="utf-8")
    assert hostile.dbt("run", "--select", "users", f"--project-dir={project}")
    assert hostile.in_glue("users")["StorageDescriptor"]["Location"] != at
    assert first_differences(before, hostile.rows(users)) == ""
    assert hostile.asked("show tables from hostile_staging like '%new'") == []
    assert hostile.dbt("run", "--select", "users", f"--project-dir={project}")
    reasons = hostile.asked("select reason from run_ledger where table_name = 'users' order by run_id")
    assert reasons == [("new table",), ("changed code",), (None,)]


def test_raw_lines_are_a_hive_table_of_text(hostile: AthenaLake) -> None:
    storage = hostile.in_glue("log_data", f"{hostile.schema}_raw")["StorageDescriptor"]
    assert storage["Location"] == f"{hostile.s3}/raw/log_data/"
    assert storage["SerdeInfo"]["Parameters"]["field.delim"] == "\n"


def test_a_statement_that_the_stand_in_does_not_know_is_an_error(endpoints: Endpoints) -> None:
    started = endpoints.api.answer(
        "StartQueryExecution",
        {"QueryString": "msck repair table songplays", "ResultConfiguration": {"OutputLocation": endpoints.s3}},
    )
    status = endpoints.api.answer("GetQueryExecution", started)["QueryExecution"]["Status"]
    assert status["State"] == "FAILED"
    assert "does not know the statement" in status["StateChangeReason"]
