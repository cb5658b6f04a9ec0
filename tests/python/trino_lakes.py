"""Builds lakes with dbt on a Trino server of the tests, each in a schema of its own."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.request import Request, urlopen

from dbt.cli.main import dbtRunner

import oracle
from sparkify.compare.engines import CATALOG, Row, trino_rows, trino_settings
from sparkify.compare.models import Model
from sparkify.settings import PROJECT
from sparkify.trino.server import Server


@dataclass(frozen=True)
class TrinoLake:
    """A lake that Trino built, and the raw folder that it was built from."""

    server: Server
    raw: Path
    schema: str

    def rows(self, table: str) -> list[Row]:
        """The rows of a table or view in the oracle's columns; a source file as its path below the raw folder."""
        return trino_rows(self.server, self.raw, self.schema, Model(table, oracle.COLUMNS[table]))

    def query(self, statement: str) -> list[Row]:
        """The rows that a statement gives."""
        return [tuple(row) for row in self.server.query(statement, CATALOG, self.schema)]


class TrinoBuilder:
    """A Trino server with a local catalog in a folder, and dbt commands on lakes in it."""

    def __init__(self, server: Server, lake: Path, scratch: Path) -> None:
        self.server = server
        self.scratch = scratch
        self._lake = lake
        (scratch / "profiles").mkdir()
        shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles" / "profiles.yml")

    def dbt(self, lake: TrinoLake, *arguments: str) -> bool:
        """One dbt command on a lake; whether it succeeded."""
        places = trino_settings(lake.raw, self._lake, self.server.port)
        os.chdir(PROJECT)
        with patch.dict(os.environ, places | {"SPARKIFY_SCHEMA": lake.schema, "SPARKIFY_TARGET": "trino"}):
            result = dbtRunner().invoke(
                [
                    "--quiet",
                    *arguments,
                    f"--profiles-dir={self.scratch / 'profiles'}",
                    f"--target-path={self.scratch / 'target'}",
                    f"--log-path={self.scratch / 'logs'}",
                ]
            )
        return bool(result.success)

    def build(self, raw: Path, schema: str, *options: str) -> TrinoLake:
        """Build a lake with `dbt build`; every node must succeed, with its tests unless options say no."""
        lake = TrinoLake(self.server, raw.resolve(), schema)
        assert self.dbt(lake, "build", *options), f"dbt failed on {schema}"
        return lake


def raw_bytes_read(server: Server, schema: str) -> int:
    """The bytes of raw files that all queries on a lake have read so far, as Trino itself counts them."""
    total = 0
    for known in (one for one in _asked(server, "") if one["session"].get("schema") == schema):
        query = _asked(server, f"/{known['queryId']}")
        scans = {i["planNodeId"] for i in query.get("inputs", ()) if i["schema"] == f"{schema}_raw"}
        for operator in query["queryStats"]["operatorSummaries"]:
            if scans & {operator["planNodeId"], operator.get("sourceId")}:
                total += int(operator["physicalInputDataSize"].removesuffix("B"))
    return total


def _asked(server: Server, path: str) -> Any:
    """What a server says of its queries."""
    url = f"http://127.0.0.1:{server.port}/v1/query{path}"
    with urlopen(Request(url, headers={"X-Trino-User": "sparkify"})) as answer:
        return json.load(answer)
