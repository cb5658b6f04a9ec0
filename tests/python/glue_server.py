"""A Glue on this machine: moto's, with the calls that Trino makes and moto lacks.

Moto checks no signature and no right; what this server stands for is where tables are defined.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import boto3
from moto.core.responses import ActionResult, EmptyResult
from moto.glue.models import GlueBackend
from moto.glue.responses import GlueResponse
from moto.server import ThreadedMotoServer

from s3_server import REGION, Server, new_account
from sparkify.cluster.ports import LOOPBACK, free

# It would note each request.
logging.getLogger("werkzeug").disabled = True

# A client refuses to start without credentials, and moto takes any.
ANYBODY = new_account()


def _no_statistics(response: GlueResponse) -> ActionResult:
    return ActionResult({"ColumnStatisticsList": [], "Errors": []})


def _no_errors(response: GlueResponse) -> ActionResult:
    return ActionResult({"Errors": []})


def _nothing(response: GlueResponse) -> EmptyResult:
    return EmptyResult()


def _no_functions(response: GlueResponse) -> ActionResult:
    return ActionResult({"UserDefinedFunctions": []})


def _add_missing_calls() -> None:
    for kind in ("table", "partition"):
        setattr(GlueResponse, f"get_column_statistics_for_{kind}", _no_statistics)
        setattr(GlueResponse, f"update_column_statistics_for_{kind}", _no_errors)
        setattr(GlueResponse, f"delete_column_statistics_for_{kind}", _nothing)
    if not hasattr(GlueBackend.update_table, "__wrapped__"):
        GlueBackend.update_table = _keep_views_of_trino(GlueBackend.update_table)  # type: ignore[method-assign]
    GlueResponse.get_user_defined_functions = _no_functions  # type: ignore[attr-defined]


def _keep_views_of_trino(update: Callable[..., None]) -> Callable[..., None]:
    """Trino knows its views by their comment, which it takes from a view's description; Athena's views keep theirs."""

    @functools.wraps(update)
    def update_table(backend: GlueBackend, database: str, table: str, table_input: dict[str, Any]) -> None:
        if table_input.get("TableType") == "VIRTUAL_VIEW":
            table_input = table_input | {"Parameters": table_input["Parameters"] | {"comment": "Presto View"}}
            table_input.pop("Description", None)
        update(backend, database, table, table_input)

    return update_table


class Glue:
    """The server, in threads of this process."""

    def __init__(self) -> None:
        _add_missing_calls()
        port = free()
        self.url = f"http://{LOOPBACK}:{port}"
        self._server = ThreadedMotoServer(LOOPBACK, port, verbose=False)
        self._server.start()
        session: Any = boto3.Session()
        self.client: Any = session.client(
            "glue",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ANYBODY.key,
            aws_secret_access_key=ANYBODY.secret,
        )

    def catalog(self, s3: Server, lake: str) -> dict[str, str]:
        """The settings of a Trino catalog that is this Glue, with files in an S3."""
        return s3.trino_settings() | {
            "connector.name": "hive",
            "hive.metastore": "glue",
            "hive.metastore.glue.endpoint-url": self.url,
            "hive.metastore.glue.region": REGION,
            "hive.metastore.glue.default-warehouse-dir": lake,
            "hive.metastore.glue.aws-access-key": ANYBODY.key,
            "hive.metastore.glue.aws-secret-key": ANYBODY.secret,
            "hive.non-managed-table-writes-enabled": "true",
            "hive.recursive-directories": "true",
            "hive.metastore-cache-ttl": "0s",
            "hive.table-statistics-enabled": "false",
            "hive.collect-column-statistics-on-write": "false",
        }

    def stop(self) -> None:
        """End the server."""
        self._server.stop()
