"""The target athena runs: dbt-athena builds the project in an S3, a Glue and a small Athena on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from dbt.cli.main import dbtRunner

import oracle
from athena_api import CATALOG, AthenaApi
from aws_servers import ENVIRONMENT, AwsServers
from canonical import first_differences
from hostile import write_raw
from sparkify.settings import PROJECT
from sparkify.trino.server import Server

RAW, LAKE, RESULTS = "raw", "lake", "results"
SCHEMA = "hostile"
WITHOUT_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Athena:
    """The servers, and the raw folder that was put into S3."""

    aws: AwsServers
    api: AthenaApi
    trino: Server
    raw: Path
    scratch: Path

    def dbt(self, *arguments: str) -> bool:
        """One dbt command with target athena; whether it succeeded."""
        settings = {
            "SPARKIFY_TARGET": "athena",
            "SPARKIFY_SCHEMA": SCHEMA,
            "SPARKIFY_RAW": f"s3://{RAW}",
            "SPARKIFY_LAKE": f"s3://{LAKE}",
            "SPARKIFY_ATHENA_RESULTS": f"s3://{RESULTS}",
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ENDPOINT_URL_ATHENA": self.api.url,
        }
        os.chdir(PROJECT)
        with patch.dict(os.environ, ENVIRONMENT | settings):
            result = dbtRunner().invoke(
                [
                    "--quiet",
                    *arguments,
                    # The profile's four are for a service.
                    "--threads=2",
                    f"--profiles-dir={self.scratch / 'profiles'}",
                    f"--target-path={self.scratch / 'target'}",
                    f"--log-path={self.scratch / 'logs'}",
                ]
            )
        return bool(result.success)

    def rows(self, table: str) -> list[Row]:
        """The rows of a table in the oracle's columns; a source file as its path below the raw folder."""
        columns = oracle.COLUMNS[table]
        found = self.trino.query(f"select {', '.join(columns)} from {table}", CATALOG, SCHEMA)
        prefix = f"s3://{RAW}/"
        return [
            tuple(
                value.removeprefix(prefix) if name == "source_file" else value
                for name, value in zip(columns, row, strict=True)
            )
            for row in found
        ]

    def location(self, table: str) -> str:
        """Where the files of a table are, as Glue says."""
        described = self.aws.client("glue").get_table(DatabaseName=SCHEMA, Name=table)
        return str(described["Table"]["StorageDescriptor"]["Location"])


@pytest.fixture(scope="module")
def athena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Athena]:
    scratch = tmp_path_factory.mktemp("athena")
    raw = scratch / "raw"
    write_raw(raw)
    (scratch / "profiles").mkdir()
    shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles" / "profiles.yml")
    aws = AwsServers()
    for bucket in (RAW, LAKE, RESULTS):
        aws.client("s3").create_bucket(Bucket=bucket)
    upload(raw, aws)
    with Server(scratch / "trino", {CATALOG: aws.catalog(f"s3://{LAKE}")}) as trino:
        api = AthenaApi(trino.port, aws.client("glue"), f"s3://{LAKE}")
        lake = Athena(aws, api, trino, raw, scratch)
        assert lake.dbt("build", *WITHOUT_TESTS)
        yield lake
        api.stop()
    aws.stop()


def upload(raw: Path, aws: AwsServers) -> None:
    """Put a raw folder into S3, in the order of arrival; the files here get the times that S3 gives them."""
    client = aws.client("s3")
    files = [path for path in raw.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: path.stat().st_mtime):
        client.put_object(Bucket=RAW, Key=path.relative_to(raw).as_posix(), Body=path.read_bytes())
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=RAW):
        for found in page["Contents"]:
            milliseconds = round(found["LastModified"].timestamp() * 1000)
            os.utime(raw / found["Key"], ns=(0, milliseconds * 1_000_000))


@pytest.fixture(scope="module")
def expected(athena: Athena) -> oracle.Oracle:
    return oracle.compute(athena.raw)


@pytest.mark.parametrize("table", oracle.COLUMNS)
def test_table_equals_the_oracle(athena: Athena, expected: oracle.Oracle, table: str) -> None:
    assert first_differences(expected.tables[table], athena.rows(table)) == ""


def test_dbts_own_tests_pass(athena: Athena) -> None:
    assert athena.dbt("test")


def test_a_second_build_switches_tables_to_new_folders(athena: Athena) -> None:
    before = {table: athena.rows(table) for table in oracle.COLUMNS}
    at = athena.location("songplays")
    assert athena.dbt("build", *WITHOUT_TESTS)
    assert athena.location("songplays") != at
    for table, rows in before.items():
        assert first_differences(rows, athena.rows(table)) == ""


def test_glue_has_partitions_types_and_descriptions(athena: Athena) -> None:
    table = athena.aws.client("glue").get_table(DatabaseName=SCHEMA, Name="songplays")["Table"]
    assert [(key["Name"], key["Type"]) for key in table["PartitionKeys"]] == [("event_date", "date")]
    columns = {column["Name"]: column for column in table["StorageDescriptor"]["Columns"]}
    assert columns["start_time"]["Type"] == "timestamp"
    assert columns["user_id"]["Type"] == "bigint"
    assert all(column["Comment"] for column in columns.values())
    assert table["Description"].startswith("**One row per play")


def test_raw_lines_are_a_hive_table_of_text(athena: Athena) -> None:
    table = athena.aws.client("glue").get_table(DatabaseName=f"{SCHEMA}_raw", Name="log_data")["Table"]
    assert table["StorageDescriptor"]["Location"] == f"s3://{RAW}/log_data/"
    assert table["StorageDescriptor"]["SerdeInfo"]["Parameters"]["field.delim"] == "\n"


def test_a_statement_that_the_stand_in_does_not_know_is_an_error(athena: Athena) -> None:
    started = athena.api.answer(
        "StartQueryExecution",
        {"QueryString": "msck repair table songplays", "ResultConfiguration": {"OutputLocation": f"s3://{RESULTS}"}},
    )
    status = athena.api.answer("GetQueryExecution", started)["QueryExecution"]["Status"]
    assert status["State"] == "FAILED"
    assert "does not know the statement" in status["StateChangeReason"]
