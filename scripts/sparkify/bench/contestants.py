"""What is measured side by side: whole processes that start cold and write into an empty folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sparkify.settings import PROJECT

HERE = Path(__file__).parent
# Java as it is: scripts/spark has settings of our own for every Spark of this environment.
AS_IT_IS = {"SPARK_CONF_DIR": str(HERE / "no-settings")}


@dataclass(frozen=True)
class Job:
    """One process to be measured: its command, its environment, and where its tables will lie."""

    command: list[str]
    out: Path
    environment: dict[str, str] = field(default_factory=dict)


def dbt_run(raw: Path, scratch: Path) -> Job:
    """Our project: every model."""
    return dbt(raw, scratch, "--quiet", "run")


def dbt_build(raw: Path, scratch: Path) -> Job:
    """Our project: every seed, model, data test and unit test."""
    return dbt(raw, scratch, "--quiet", "build")


def dbt_run_star(raw: Path, scratch: Path) -> Job:
    """Our project without the marts: what the others make too, and the quality tables."""
    return dbt(raw, scratch, "--quiet", "run", "--select", "+path:models/star", "+path:models/quality")


def plain_etl(raw: Path, scratch: Path) -> Job:
    """The usual PySpark job."""
    out = scratch / "out"
    return Job([sys.executable, str(HERE / "plain_etl.py"), str(raw), str(out)], out, AS_IT_IS)


def duckdb_star(raw: Path, scratch: Path) -> Job:
    """The star by DuckDB."""
    out = scratch / "out"
    return Job([sys.executable, str(HERE / "duckdb_star.py"), str(raw), str(out)], out)


def floor(raw: Path, scratch: Path) -> Job:
    """One pass of Spark that only parses."""
    return Job([sys.executable, str(HERE / "floor.py"), str(raw)], scratch / "out", AS_IT_IS)


CONTESTANTS: dict[str, Callable[[Path, Path], Job]] = {
    "plain-etl": plain_etl,
    "dbt-run": dbt_run,
    "dbt-build": dbt_build,
    "dbt-run-star": dbt_run_star,
    "duckdb": duckdb_star,
    "floor": floor,
}


def dbt(raw: Path, scratch: Path, *command: str) -> Job:
    """Our project on a lake of its own below `scratch`."""
    shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles.yml")
    lake = scratch / "lake"
    # dbt's parsed project is kept from round to round, as it is from run to run.
    places = [f"--profiles-dir={scratch}", f"--target-path={scratch / 'target'}", f"--log-path={scratch / 'logs'}"]
    environment = {
        "SPARKIFY_RAW": str(raw),
        "SPARKIFY_LAKE": str(lake),
        "SPARKIFY_TARGET": "local",
    }
    return Job([str(Path(sys.executable).with_name("dbt")), *command, *places], lake, environment)
