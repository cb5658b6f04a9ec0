"""The engines: each builds a lake of its own from a raw folder with dbt, and gives the rows of its tables.

dbt runs in a process of its own, so that no engine's memory is held while another one works.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import pyathena

from sparkify import lake
from sparkify.compare.models import Model
from sparkify.errors import UserError
from sparkify.settings import PROJECT
from sparkify.trino.server import LARGE, Server, local_catalogs

# None that people read: a catalog such as Glue is shared.
SCHEMA = "sparkify_compare"
CATALOG, RAW_CATALOG = "lake", "raw"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Source:
    """Raw data: a folder, and the same files as objects below `s3` for the engine that reads no others."""

    raw: Path
    s3: str = ""


class Engine(Protocol):
    """A lake that one engine builds from a raw folder."""

    name: str
    manifest: Path

    def dbt(self, *arguments: str) -> None:
        """One dbt command. UserError if something fails."""

    def rows(self, model: Model) -> list[Row]:
        """The rows of a table or view in its contract's columns; source files as paths below the raw folder."""

    def close(self) -> None:
        """End what was started for it."""


class SparkSession:
    """Target local: Spark in dbt's own process. The tables are read from their files, by DuckDB."""

    name = "spark"

    def __init__(self, source: Source, folder: Path) -> None:
        self._raw, self._lake = source.raw, folder / "lake"
        self._dbt = Dbt(
            folder,
            "local",
            {
                "SPARKIFY_RAW": str(source.raw),
                "SPARKIFY_LAKE": str(self._lake),
            },
        )
        self.manifest = self._dbt.manifest

    def dbt(self, *arguments: str) -> None:
        """See Engine."""
        self._lake.mkdir(parents=True, exist_ok=True)
        self._dbt.run(*arguments)

    def rows(self, model: Model) -> list[Row]:
        """See Engine."""
        return spark_rows(self._raw, self._lake, SCHEMA, model)

    def close(self) -> None:
        """Spark has ended with dbt's process."""


class SparkThrift:
    """Target cluster: a Thrift Server and two workers on this machine, for as long as the build takes."""

    name = "thrift"

    def __init__(self, source: Source, folder: Path) -> None:
        self._raw, self._lake, self._folder = source.raw, folder / "lake", folder
        self.manifest = folder / "target" / "manifest.json"

    def dbt(self, *arguments: str) -> None:
        """See Engine."""
        at = ("--folder", str(self._folder / "cluster"))
        places = {
            "SPARKIFY_RAW": str(self._raw),
            "SPARKIFY_LAKE": str(self._lake),
        }
        self._lake.mkdir(parents=True, exist_ok=True)
        try:
            found = _cluster("start", *at, "--port", "0", **places)
            Dbt(self._folder, "cluster", places | found).run(*arguments)
        finally:
            _cluster("stop", *at)

    def rows(self, model: Model) -> list[Row]:
        """See Engine."""
        return spark_rows(self._raw, self._lake, SCHEMA, model)

    def close(self) -> None:
        """The cluster has ended with the build."""


def _cluster(*arguments: str, **variables: str) -> dict[str, str]:
    """A cluster; the variables that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "sparkify.cli", "cluster", *arguments],
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise UserError(done.stderr.strip())
    words = [shlex.split(line)[1] for line in done.stdout.splitlines()]
    return dict(word.split("=", 1) for word in words)


def spark_rows(raw: Path, folder: Path, schema: str, model: Model) -> list[Row]:
    """The rows of a model in a lake that Spark built."""
    with lake.connect(str(folder), schema) as connection:
        found = connection.sql(f"select {_names(model)} from {model.name}").fetchall()
    # Spark percent-encodes what a URI can't have.
    return [_below(model, row, f"file:{raw}/", unquote) for row in found]


class Trino:
    """Target trino: a server on this machine, over the same raw files."""

    name = "trino"

    def __init__(self, source: Source, folder: Path) -> None:
        self._raw, self._lake = source.raw, folder / "lake"
        self._lake.mkdir(parents=True)
        self._server = Server(folder / "server", local_catalogs(self._lake, CATALOG, RAW_CATALOG), LARGE)
        self._dbt = Dbt(folder, "trino", trino_settings(source.raw, self._lake, self._server.port))
        self.manifest = self._dbt.manifest

    def dbt(self, *arguments: str) -> None:
        """See Engine."""
        self._dbt.run(*arguments)

    def rows(self, model: Model) -> list[Row]:
        """See Engine."""
        return trino_rows(self._server, self._raw, SCHEMA, model)

    def close(self) -> None:
        """End the server."""
        self._server.stop()


def trino_settings(raw: Path, folder: Path, port: int) -> dict[str, str]:
    """What target trino needs to know of a server with a local catalog."""
    return {
        "SPARKIFY_RAW": f"local://{raw}",
        "SPARKIFY_LAKE": f"local://{folder}",
        "SPARKIFY_TRINO_PORT": str(port),
        "SPARKIFY_TRINO_CATALOG": CATALOG,
        "SPARKIFY_TRINO_RAW_CATALOG": RAW_CATALOG,
    }


def trino_rows(server: Server, raw: Path, schema: str, model: Model) -> list[Row]:
    """The rows of a model in a lake that Trino built."""
    is_table = server.query(
        f"select 1 from information_schema.tables where table_schema = '{schema}' and table_name = '{model.name}'",
        CATALOG,
    )
    # Views are in the other catalog.
    found = server.query(f"select {_names(model)} from {model.name}", CATALOG if is_table else RAW_CATALOG, schema)
    return [_below(model, tuple(row), f"local://{raw}/") for row in found]


class Athena:
    """Target athena: the service, or what stands for it at the endpoints that the AWS chain names."""

    name = "athena"

    def __init__(self, source: Source, folder: Path) -> None:
        self._s3 = source.s3
        self._dbt = Dbt(folder, "athena", athena_settings(source.s3))
        self.manifest = self._dbt.manifest

    def dbt(self, *arguments: str) -> None:
        """See Engine."""
        self._dbt.run(*arguments)

    def rows(self, model: Model) -> list[Row]:
        """See Engine."""
        return athena_rows(self._s3, SCHEMA, model)

    def close(self) -> None:
        """Its tables stay, below the place that was named."""


def athena_settings(s3: str) -> dict[str, str]:
    """What target athena needs to know of a place on S3 that has the raw data in raw/."""
    return {
        "SPARKIFY_RAW": f"{s3}/raw",
        "SPARKIFY_LAKE": f"{s3}/lake",
        "SPARKIFY_ATHENA_RESULTS": f"{s3}/results",
    }


def athena_rows(s3: str, schema: str, model: Model) -> list[Row]:
    """The rows of a model in a lake that Athena built."""
    with pyathena.connect(
        s3_staging_dir=f"{s3}/results/",
        schema_name=schema,
        work_group=os.environ.get("SPARKIFY_ATHENA_WORKGROUP", "primary"),
        region_name=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
    ) as connection:
        found = connection.cursor().execute(f"select {_names(model)} from {model.name}").fetchall()
    return [_below(model, row, f"{s3}/raw/") for row in found]


class Dbt:
    """dbt commands for one target, in processes and with files of their own."""

    def __init__(self, folder: Path, target: str, settings: dict[str, str]) -> None:
        self._folder, self._target, self._settings = folder, target, settings
        self.manifest = folder / "target" / "manifest.json"

    def run(self, *arguments: str) -> None:
        """One command. UserError if something fails."""
        profiles = self._folder / "profiles"
        profiles.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / "profiles.example.yml", profiles / "profiles.yml")
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "dbt"),
                "--quiet",
                *arguments,
                f"--target={self._target}",
                f"--profiles-dir={profiles}",
                f"--target-path={self._folder / 'target'}",
                f"--log-path={self._folder / 'logs'}",
            ],
            cwd=PROJECT,
            env=os.environ | {"SPARKIFY_SCHEMA": SCHEMA, "SPARKIFY_TARGET": self._target} | self._settings,
            stdin=subprocess.DEVNULL,
            # The answer is what is printed to stdout.
            stdout=sys.stderr,
        )
        if done.returncode != 0:
            raise UserError(
                f"dbt {arguments[0]} failed on target {self._target}; {self._folder / 'logs' / 'dbt.log'} says why."
            )


def _names(model: Model) -> str:
    return ", ".join(f'"{column}"' for column in model.columns)


def _below(model: Model, row: Sequence[Any], raw: str, decode: Any = str) -> Row:
    """A row with its source file as a path below the raw folder."""
    if "source_file" not in model.columns:
        return tuple(row)
    at = model.columns.index("source_file")
    return (*row[:at], decode(row[at]).removeprefix(raw), *row[at + 1 :])


ENGINES: dict[str, Callable[[Source, Path], Engine]] = {
    engine.name: engine for engine in (SparkSession, SparkThrift, Trino, Athena)
}
