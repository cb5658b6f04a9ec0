"""Builds lakes with dbt in the test process, several in one JVM, each in a schema of its own."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from dbt.artifacts.schemas.results import RunStatus
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult

import oracle
from sparkify.lake import Connection, connect, tables
from sparkify.settings import PROJECT

Row = tuple[Any, ...]

NO_UNIT_TESTS = ("--exclude-resource-types", "unit_test")
NO_TESTS = ("--exclude-resource-types", "unit_test", "test")
# To leave out where the star is what is looked at: they are compared in test_marts.py.
MARTS = "path:models/intermediate/marts+ conversion_funnel"


@dataclass(frozen=True)
class Lake:
    """A built lake: where it lies, and the raw folder that it was built from."""

    raw: Path
    folder: Path
    schema: str
    # Lakes that are built in one JVM have one catalog.
    catalog: Path | None = None

    def rows(self, table: str) -> list[Row]:
        """The rows of a table or view in the oracle's columns; a source file as its path below the raw folder."""
        columns = oracle.COLUMNS[table]
        names = ", ".join(f'"{name}"' for name in columns)
        with self.connect() as connection:
            found = connection.sql(f"select {names} from {table}").fetchall()
        if "source_file" not in columns:
            return found
        at = columns.index("source_file")
        prefix = f"{self.raw_uri}/"
        return [(*row[:at], unquote(str(row[at])).removeprefix(prefix), *row[at + 1 :]) for row in found]

    def all_rows(self, table: str) -> list[Row]:
        """The rows of a table in its own columns."""
        with self.connect() as connection:
            return connection.sql(f"select * from {table}").fetchall()

    @property
    def raw_uri(self) -> str:
        """The raw folder as it is written in source_file."""
        return f"file:{self.raw.resolve()}"

    @property
    def place(self) -> str:
        """Where the tables lie."""
        return str(self.folder)

    def environment(self) -> dict[str, str]:
        """The variables by which dbt finds the lake."""
        return {
            "SPARKIFY_RAW": str(self.raw),
            "SPARKIFY_LAKE": str(self.folder),
            "SPARKIFY_SCHEMA": self.schema,
            "SPARKIFY_CATALOG_URI": f"jdbc:sqlite:{self.catalog or self.folder / 'catalog.db'}",
            "SPARKIFY_TARGET": "local",
        }

    def connect(self) -> Connection:
        """DuckDB over the lake's tables."""
        with patch.dict(os.environ, self.environment()):
            return connect(self.place, self.schema)

    def deliver(self, name: str, content: bytes) -> None:
        """Put a raw file into its place."""
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def snapshots(self) -> dict[str, int | None]:
        """The current snapshot of each table that people read, but of the ledger of the runs."""
        with patch.dict(os.environ, self.environment()):
            found = tables(self.place, self.schema)
        return {name: table.table.metadata.current_snapshot_id for name, table in found.items() if name != "run_ledger"}

    def files(self, table: str) -> list[Path]:
        """Data files of a table's current snapshot."""
        schema = f"{self.schema}_staging" if table.startswith("int_") else self.schema
        with patch.dict(os.environ, self.environment()):
            return [Path(file) for file in tables(str(self.folder), schema)[table].files]


def _without_marts(arguments: tuple[str, ...]) -> tuple[str, ...]:
    # Who says what to build knows best.
    if any(argument.split("=")[0] in ("--select", "--exclude") for argument in arguments):
        return arguments
    return (*arguments, "--exclude", MARTS)


class Builder:
    """Runs dbt commands on lakes under one scratch folder; `with_marts` are the schemas in which marts are built."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.with_marts: set[str] = set()
        self.catalog = scratch / "catalog.db"
        self.profiles = scratch / "profiles"
        self.profiles.mkdir()
        shutil.copyfile(PROJECT / "profiles.example.yml", self.profiles / "profiles.yml")

    def lake(self, raw: Path, name: str) -> Lake:
        """A lake in a schema of its own, which is not built yet."""
        return Lake(raw=raw, folder=self.scratch / "lakes" / name, schema=name, catalog=self.catalog)

    def dbt(self, lake: Lake, *arguments: str) -> bool:
        """One dbt command on a lake; whether it succeeded."""
        return bool(self._invoke(lake, *arguments).success)

    def error(self, lake: Lake, *arguments: str) -> str:
        """What the one node says that fails in a dbt command."""
        result = self._invoke(lake, *arguments)
        assert isinstance(result.result, RunExecutionResult)
        (failed,) = (node for node in result.result.results if node.status == RunStatus.Error)
        return str(failed.message)

    def answer(self, lake: Lake, analysis: str) -> list[Row]:
        """The rows of a query in analyses/ as `dbt show` gives them, with decimals for all numbers."""
        result = self._invoke(lake, "show", "--select", analysis, "--limit", "-1")
        assert result.success, result.exception
        assert isinstance(result.result, RunExecutionResult)
        (shown,) = result.result.results
        assert shown.agate_table is not None
        return [tuple(row) for row in shown.agate_table.rows]

    def _invoke(self, lake: Lake, *arguments: str) -> dbtRunnerResult:
        lake.folder.mkdir(parents=True, exist_ok=True)
        if lake.schema not in self.with_marts and arguments[0] in ("run", "build", "test"):
            arguments = _without_marts(arguments)
        # Spark runs in this process: the profile's relative paths are those of the project.
        os.chdir(PROJECT)
        # Only while dbt runs: other tests start from an environment without settings.
        with patch.dict(os.environ, lake.environment()):
            return dbtRunner().invoke(
                [
                    "--quiet",
                    *arguments,
                    f"--profiles-dir={self.profiles}",
                    f"--target-path={self.scratch / 'target'}",
                    f"--log-path={self.scratch / 'logs'}",
                ]
            )

    def build(self, raw: Path, name: str, *arguments: str) -> Lake:
        """Build a lake with `dbt build`, or with other arguments; every node must succeed."""
        lake = self.lake(raw, name)
        assert self.dbt(lake, *(arguments or ("build",))), f"dbt failed on {name}"
        return lake


def copy_of_project(scratch: Path) -> Path:
    """A copy of what dbt reads, for tests that change it."""
    project = scratch / "project"
    for name in ("models", "macros", "seeds", "tests"):
        shutil.copytree(PROJECT / name, project / name)
    shutil.copy(PROJECT / "dbt_project.yml", project)
    return project
