"""Results depend neither on time zones nor ANSI mode nor how Spark plans its work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

import marts_oracle
import oracle
from builds import Lake
from sparkify.canonical import first_differences
from sparkify.settings import PROJECT


def dbt_in_another_process(
    lake: Lake, scratch: Path, spark: Mapping[str, str], environment: Mapping[str, str], *arguments: str
) -> None:
    """Run dbt on a lake in a JVM of its own, with ANSI on and some of Spark's settings and the environment changed."""
    profiles = yaml.safe_load((PROJECT / "profiles.example.yml").read_text(encoding="utf-8"))
    parameters = profiles["sparkify"]["outputs"]["local"]["server_side_parameters"]
    parameters.update(spark)
    scratch.mkdir(exist_ok=True)
    (scratch / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    places = {
        "SPARKIFY_RAW": str(lake.raw),
        "SPARKIFY_LAKE": str(lake.folder),
        "SPARKIFY_SCHEMA": lake.schema,
    }
    command = [
        sys.executable,
        str(Path(__file__).with_name("dbt_with_ansi.py")),
        *arguments,
        f"--profiles-dir={scratch}",
        f"--target-path={scratch / 'target'}",
        f"--log-path={scratch / 'logs'}",
    ]
    result = subprocess.run(
        command, cwd=PROJECT, env={**os.environ, **places, **environment}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def elsewhere(dirty_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The simulated data built on a machine that differs in all that must not matter.

    Without unit tests: the times in their fixtures are literals, which are in the session's time zone.
    """
    scratch = tmp_path_factory.mktemp("elsewhere")
    lake = Lake(raw=dirty_raw, folder=scratch / "lake", schema="elsewhere")
    spark = {
        "spark.master": "local[1]",
        "spark.sql.session.timeZone": "America/St_Johns",
        "spark.sql.shuffle.partitions": "7",
        "spark.sql.files.maxPartitionBytes": "65536",
        "spark.sql.files.openCostInBytes": "0",
    }
    dbt_in_another_process(
        lake,
        scratch / "dbt",
        spark,
        {"TZ": "Pacific/Auckland"},
        "build",
        "--exclude-resource-types=unit_test",
        "--exclude-resource-types=test",
        # Without adaptive execution and generated code, which the other lake is large enough for.
        "--vars={small_raw_bytes: 1000000000}",
    )
    return lake


@pytest.mark.parametrize("table", oracle.COLUMNS)
def test_table_is_the_same_elsewhere(table: str, simulated: Lake, elsewhere: Lake) -> None:
    assert first_differences(simulated.rows(table), elsewhere.rows(table)) == ""


@pytest.mark.parametrize("mart", marts_oracle.MARTS)
def test_mart_is_the_same_elsewhere(mart: str, simulated: Lake, elsewhere: Lake) -> None:
    assert first_differences(simulated.all_rows(mart), elsewhere.all_rows(mart)) == ""
