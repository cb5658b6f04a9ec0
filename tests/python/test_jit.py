"""Which of Java's compilers Spark starts with: scripts/spark/spark-env.sh decides by the size of the raw data."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sparkify.settings import PROJECT

QUICK = "-XX:TieredStopAtLevel=1"
MEBIBYTE = 2**20


def java_options(argument: str, **environment: str) -> str:
    """What Spark's launcher adds for a process that is started with an argument."""
    script = f"set -- --name test {argument}; . scripts/spark/spark-env.sh; echo $SPARK_SUBMIT_OPTS"
    known = {name: value for name, value in os.environ.items() if name not in ("SPARKIFY_JIT", "SPARK_SUBMIT_OPTS")}
    command = subprocess.run(
        ["bash", "-c", script], cwd=PROJECT, env=known | environment, capture_output=True, text=True, check=True
    )
    return command.stdout.strip()


def raw_folder(folder: Path, mebibytes: int) -> str:
    with (folder / "events.json").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, mebibytes * MEBIBYTE)
    return str(folder)


@pytest.mark.parametrize(("mebibytes", "options"), [(1, QUICK), (250, QUICK), (260, "")])
def test_much_raw_data_is_worth_both_compilers(tmp_path: Path, mebibytes: int, options: str) -> None:
    assert java_options("pyspark-shell", SPARKIFY_RAW=raw_folder(tmp_path, mebibytes)) == options


@pytest.mark.parametrize("raw", ["s3a://bucket/raw", "/nowhere"])
def test_raw_data_of_unknown_size_counts_as_little(raw: str) -> None:
    assert java_options("pyspark-shell", SPARKIFY_RAW=raw) == QUICK


def test_the_environment_decides_otherwise(tmp_path: Path) -> None:
    assert java_options("pyspark-shell", SPARKIFY_RAW="/nowhere", SPARKIFY_JIT="full") == ""
    much = raw_folder(tmp_path, 260)
    assert java_options("pyspark-shell", SPARKIFY_RAW=much, SPARKIFY_JIT="quick") == QUICK


def test_servers_have_their_own_settings() -> None:
    assert java_options("--class org.apache.spark.sql.hive.thriftserver.HiveThriftServer2") == ""
