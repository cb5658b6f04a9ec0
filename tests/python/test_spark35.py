"""The data tests and goldens pass on Spark 3.5 as well, which EMR 7 runs, in an environment of its own."""

from __future__ import annotations

import os
import subprocess

import pytest
from pyspark import __version__ as spark

from sparkify.settings import PROJECT

pytestmark = pytest.mark.skipif(spark.startswith("3.5."), reason="this is the environment with Spark 3.5")


def test_the_real_data_on_spark_3_5() -> None:
    settings = {"SPARKIFY_SPARK": "3.5", "PYTEST_ADDOPTS": ""}
    inherited = {name: value for name, value in os.environ.items() if name not in ("SPARKIFY_VENV", "PYTHONPATH")}
    # Not the whole name of the lake, by which conftest.py would put this file among those that look at it.
    # The marts take `SPARKIFY_SPARK=3.5 ./scripts/test -k tables`.
    outcome = "sample7 or (test_hostile and (table_equals or case))"
    tests = subprocess.run(
        [
            PROJECT / "scripts" / "test",
            "tests/python/test_tables.py",
            "tests/python/test_hostile.py",
            "-k",
            outcome,
            "-p",
            "no:cacheprovider",
            "-ra",
        ],
        env=inherited | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout
    assert "skipped" not in tests.stdout
    version = subprocess.run(
        [PROJECT / ".venv-spark3.5" / "bin" / "python", "-c", "import pyspark; print(pyspark.__version__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout == "3.5.9\n"
