"""A Glue on this machine: moto's, with the calls that Trino makes and moto lacks.

Moto checks no signature and no right; what this server stands for is where tables are defined.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any

import boto3
from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import GlueClientError
from moto.glue.models import GlueBackend
from moto.glue.responses import GlueResponse
from moto.server import ThreadedMotoServer

from s3_server import REGION, Server, new_account
from sparkify.cluster.ports import LOOPBACK, free

# It would note each request.
logging.getLogger("werkzeug").disabled = True

# A client refuses to start without credentials, and moto takes any.
ANYBODY = new_account()
UPDATES = threading.Lock()


def _no_statistics(response: GlueResponse) -> ActionResult:
    return ActionResult({"ColumnStatisticsList": [], "Errors": []})


def _no_errors(response: GlueResponse) -> ActionResult:
    return ActionResult({"Errors": []})


def _nothing(response: GlueResponse) -> EmptyResult:
    return EmptyResult()


def _no_functions(response: GlueResponse) -> ActionResult:
    return ActionResult({"UserDefinedFunctions": []})


def _update_table(response: GlueResponse) -> ActionResult:
    """An update that names the version that it is of is refused if there is a newer one: by that engines commit."""
    database, version = response.parameters["DatabaseName"], response.parameters.get("VersionId")
    new = {"PartitionKeys": []} | response.parameters["TableInput"]
    # Trino knows its views by their comment, which it takes from a view's description; Athena's views keep theirs.
    if new.get("TableType") == "VIRTUAL_VIEW":
        new["Parameters"] |= {"comment": "Presto View"}
        new.pop("Description", None)
    with UPDATES:
        table = response.glue_backend.get_table(database, new["Name"])
        if version not in (None, table.as_dict()["VersionId"]):
            raise GlueClientError(
                "ConcurrentModificationException", "Update table failed due to concurrent modifications."
            )
        table.update(new)
    return EmptyResult()


def _create_table(create: Callable[..., Any]) -> Callable[..., Any]:
    """Glue tells the partition keys of every table."""

    @functools.wraps(create)
    def create_table(backend: GlueBackend, database: str, table: str, given: dict[str, Any], *others: Any) -> Any:
        return create(backend, database, table, {"PartitionKeys": []} | given, *others)

    return create_table


def _add_missing_calls() -> None:
    for kind in ("table", "partition"):
        setattr(GlueResponse, f"get_column_statistics_for_{kind}", _no_statistics)
        setattr(GlueResponse, f"update_column_statistics_for_{kind}", _no_errors)
        setattr(GlueResponse, f"delete_column_statistics_for_{kind}", _nothing)
    if not hasattr(GlueBackend.create_table, "__wrapped__"):
        GlueBackend.create_table = _create_table(GlueBackend.create_table)  # type: ignore[method-assign]
    GlueResponse.update_table = _update_table  # type: ignore[assignment, method-assign]
    GlueResponse.get_user_defined_functions = _no_functions  # type: ignore[attr-defined]


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

    def catalogs(self, s3: Server, lake: str, name: str, iceberg: str) -> dict[str, dict[str, str]]:
        """The settings of the Trino catalogs that are this Glue, with files in an S3, by their names."""
        glue = s3.trino_settings() | {
            "hive.metastore.glue.endpoint-url": self.url,
            "hive.metastore.glue.region": REGION,
            "hive.metastore.glue.default-warehouse-dir": lake,
            "hive.metastore.glue.aws-access-key": ANYBODY.key,
            "hive.metastore.glue.aws-secret-key": ANYBODY.secret,
        }
        hive = glue | {
            "connector.name": "hive",
            "hive.metastore": "glue",
            "hive.iceberg-catalog-name": iceberg,
            "hive.non-managed-table-writes-enabled": "true",
            "hive.recursive-directories": "true",
            "hive.metastore-cache-ttl": "0s",
            "hive.table-statistics-enabled": "false",
            "hive.collect-column-statistics-on-write": "false",
        }
        return {name: hive, iceberg: glue | {"connector.name": "iceberg", "iceberg.catalog.type": "glue"}}

    def stop(self) -> None:
        """End the server."""
        self._server.stop()
