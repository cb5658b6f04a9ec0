"""The target athena runs: dbt-athena builds the project in an S3, a Glue and a small Athena on this machine."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from dbt.cli.main import dbtRunner

import marts_oracle
import oracle
from athena_endpoints import Endpoints
from hostile import write_raw
from sparkify.canonical import first_differences
from sparkify.compare.engines import Row, Source, athena_rows, athena_settings
from sparkify.compare.models import Model, published
from sparkify.compare.upload import upload
from sparkify.settings import PROJECT

# They run on Trino: the same statements take three times as long through all that stands for AWS.
WITHOUT_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")


@dataclass(frozen=True)
class AthenaLake:
    """A lake that dbt-athena builds, and where its raw files lie on S3 and, with the same times, here."""

    endpoints: Endpoints
    source: Source
    schema: str
    scratch: Path

    def dbt(self, *arguments: str) -> bool:
        """One dbt command with target athena; whether it succeeded."""
        profiles = self.scratch / "profiles"
        profiles.mkdir(exist_ok=True)
        shutil.copyfile(PROJECT / "profiles.example.yml", profiles / "profiles.yml")
        settings = {"SPARKIFY_TARGET": "athena", "SPARKIFY_SCHEMA": self.schema}
        os.chdir(PROJECT)
        with patch.dict(os.environ, self.endpoints.environment() | athena_settings(self.source.s3) | settings):
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
            return athena_rows(self.source.s3, self.schema, model)

    def in_glue(self, table: str, schema: str | None = None) -> Any:
        """What Glue says of a table."""
        return self.endpoints.glue.client.get_table(DatabaseName=schema or self.schema, Name=table)["Table"]


def lake(endpoints: Endpoints, raw: Path, schema: str, scratch: Path) -> AthenaLake:
    """A lake that is not built yet."""
    with patch.dict(os.environ, endpoints.environment()):
        source = upload(raw, scratch / "raw", f"{endpoints.s3}/{schema}")
    return AthenaLake(endpoints, source, schema, scratch)


@pytest.fixture(scope="module")
def hostile(endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> AthenaLake:
    raw = tmp_path_factory.mktemp("hostile")
    write_raw(raw)
    found = lake(endpoints, raw, "hostile", tmp_path_factory.mktemp("athena"))
    assert found.dbt("build", *WITHOUT_TESTS)
    return found


def test_star_and_quality_are_those_of_the_oracle(hostile: AthenaLake) -> None:
    expected = oracle.compute(hostile.source.raw, line_by_line=True).tables
    found = {
        table: first_differences(expected[table], hostile.rows(Model(table, columns)))
        for table, columns in oracle.COLUMNS.items()
    }
    assert {table: text for table, text in found.items() if text} == {}


def test_marts_are_those_of_the_oracle(hostile: AthenaLake) -> None:
    known = marts_oracle.facts(hostile.source.raw, line_by_line=True)
    models = {model.name: model for model in published(hostile.scratch / "target" / "manifest.json")}
    found = {
        mart: first_differences(compute(known), hostile.rows(models[mart]))
        for mart, compute in marts_oracle.MARTS.items()
    }
    assert {mart: text for mart, text in found.items() if text} == {}


def test_a_second_build_switches_a_table_to_a_new_folder(hostile: AthenaLake) -> None:
    songplays = Model("songplays", oracle.COLUMNS["songplays"])
    before = hostile.rows(songplays)
    at = hostile.in_glue("songplays")["StorageDescriptor"]["Location"]
    assert hostile.dbt("run", "--select", "songplays")
    assert hostile.in_glue("songplays")["StorageDescriptor"]["Location"] != at
    assert first_differences(before, hostile.rows(songplays)) == ""


def test_glue_has_partitions_types_and_descriptions(hostile: AthenaLake) -> None:
    table = hostile.in_glue("songplays")
    assert [(key["Name"], key["Type"]) for key in table["PartitionKeys"]] == [("event_date", "date")]
    columns = {column["Name"]: column for column in table["StorageDescriptor"]["Columns"]}
    assert columns["start_time"]["Type"] == "timestamp"
    assert columns["user_id"]["Type"] == "bigint"
    assert all(column["Comment"] for column in columns.values())
    assert table["Description"].startswith("**One row per play")


def test_raw_rows_have_a_partition_a_day(hostile: AthenaLake) -> None:
    table = hostile.in_glue("int_log_rows", f"{hostile.schema}_staging")
    assert [key["Name"] for key in table["PartitionKeys"]] == ["event_date"]


def test_raw_lines_are_a_hive_table_of_text(hostile: AthenaLake) -> None:
    storage = hostile.in_glue("log_data", f"{hostile.schema}_raw")["StorageDescriptor"]
    assert storage["Location"] == f"{hostile.source.s3}/raw/log_data/"
    assert storage["SerdeInfo"]["Parameters"]["field.delim"] == "\n"


def test_a_statement_that_the_stand_in_does_not_know_is_an_error(endpoints: Endpoints) -> None:
    started = endpoints.api.answer(
        "StartQueryExecution",
        {"QueryString": "msck repair table songplays", "ResultConfiguration": {"OutputLocation": endpoints.s3}},
    )
    status = endpoints.api.answer("GetQueryExecution", started)["QueryExecution"]["Status"]
    assert status["State"] == "FAILED"
    assert "does not know the statement" in status["StateChangeReason"]
