"""A small Athena: the calls of its API that dbt-athena makes, in front of a Trino server whose catalog is a Glue.

What it stands for: Athena's way from a statement to an answer (start, poll, fetch by pages), its two grammars, tables
whose definitions are in Glue and whose files are in S3, all by the real dbt-athena, boto3 and Trino, which is what
engine version 3 of Athena is made of.

What it does not stand for: identity and access, Lake Formation, workgroups and their limits, files of results, reuse of
results, prepared statements, what a query costs, the limit of 100 partitions a statement, Athena's own settings of
Trino and its own release of it.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trino

from athena_sql import CREATE_VIEW, bare, define_in_glue, for_trino, hive_type, table_input
from sparkify.cluster.ports import LOOPBACK

CATALOG = "awsdatacatalog"
# Trino has a connector for each kind of table; the first one leads to this.
ICEBERG = "awsdatacatalog_iceberg"
ACCOUNT = "123456789012"
PAGE = 1000
# Most statements end within these seconds, and then the first poll finds them done.
FIRST_WAIT = 10.0
# Seconds until a Trino that says nothing is given up: one that collects garbage on a busy machine is silent for long.
PATIENCE = 300.0
ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}

Answer = dict[str, Any]


@dataclass
class Execution:
    """One statement: what was asked, how far it is, what came of it."""

    statement: str
    schema: str | None
    results_at: str
    started: float = field(default_factory=time.time)
    ended: float | None = None
    state: str = "RUNNING"
    reason: str = ""
    # DDL has no row of names before its rows.
    kind: str = "DML"
    columns: list[Answer] = field(default_factory=list)
    # None: it was long, and has been fetched.
    rows: list[list[Any]] | None = field(default_factory=list)
    updated: int = 0


class AthenaApi:
    """The server, on loopback and a free port; a context manager."""

    def __init__(self, trino_port: int, glue: Any, lake: str) -> None:
        self._trino_port, self._glue, self._lake = trino_port, glue, lake
        self._executions: dict[str, Execution] = {}
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                operation = self.headers["X-Amz-Target"].split(".")[-1]
                try:
                    code, answer = 200, api.answer(operation, request)
                except Exception as error:  # what goes wrong is the client's to see
                    code, answer = 400, {"__type": "InvalidRequestException", "Message": repr(error)}
                body = json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing: tests read what dbt says."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def statements(self) -> list[str]:
        """What was executed so far, oldest first."""
        return [execution.statement for execution in self._executions.values()]

    def answer(self, operation: str, request: Answer) -> Answer:
        """The answer to one call."""
        operations = {
            "StartQueryExecution": self._start,
            "GetQueryExecution": self._status,
            "GetQueryResults": self._results,
            "GetWorkGroup": self._work_group,
            "GetDataCatalog": self._data_catalog,
        }
        return operations[operation](request)

    def _start(self, request: Answer) -> Answer:
        execution = Execution(
            statement=bare(request["QueryString"]),
            schema=request.get("QueryExecutionContext", {}).get("Database"),
            results_at=request["ResultConfiguration"]["OutputLocation"],
        )
        name = str(uuid.uuid4())
        self._executions[name] = execution
        thread = threading.Thread(target=self._execute, args=(execution,), daemon=True)
        thread.start()
        thread.join(FIRST_WAIT)
        return {"QueryExecutionId": name}

    def _execute(self, execution: Execution) -> None:
        try:
            if define_in_glue(execution.statement, self._glue, self._lake):
                execution.kind = "DDL"
            else:
                self._run(execution)
            execution.state = "SUCCEEDED"
        except trino.exceptions.TrinoQueryError as error:
            execution.state, execution.reason = "FAILED", f"{error.error_name}: {error.message}"
        except Exception as error:
            execution.state, execution.reason = "FAILED", repr(error)
        execution.ended = time.time()

    def _run(self, execution: Execution) -> None:
        statement = for_trino(execution.statement, ICEBERG)
        with trino.dbapi.Connection(
            host=LOOPBACK,
            port=self._trino_port,
            user="athena",
            catalog=CATALOG,
            schema=execution.schema,
            request_timeout=PATIENCE,
            timezone="UTC",
            legacy_primitive_types=True,
        ) as connection:
            cursor = connection.cursor()
            rows = cursor.execute(statement).fetchall()
            description = cursor.description or []
        if view := CREATE_VIEW.match(statement):
            execution.kind = "DDL"
            self._note_view_columns(view["schema"], view["name"])
        elif re.match(r"(create table|insert|merge|update|delete)\b", statement, re.IGNORECASE):
            execution.updated = rows[0][0]
        else:
            execution.columns = [_column(column[0], column[1]) for column in description]
            execution.rows = rows

    def _note_view_columns(self, schema: str, name: str) -> None:
        """Trino puts a dummy column into Glue for a view; Athena puts the real ones."""
        with trino.dbapi.Connection(host=LOOPBACK, port=self._trino_port, user="athena", catalog=CATALOG) as connection:
            columns = connection.cursor().execute(f'describe "{schema}"."{name}"').fetchall()
        table = table_input(self._glue.get_table(DatabaseName=schema, Name=name)["Table"])
        table["StorageDescriptor"]["Columns"] = [{"Name": row[0], "Type": hive_type(row[1])} for row in columns]
        self._glue.update_table(DatabaseName=schema, TableInput=table)

    def _status(self, request: Answer) -> Answer:
        execution = self._executions[request["QueryExecutionId"]]
        status: Answer = {"State": execution.state, "SubmissionDateTime": execution.started}
        if execution.ended is not None:
            status["CompletionDateTime"] = execution.ended
        if execution.reason:
            status["StateChangeReason"] = execution.reason
        return {
            "QueryExecution": {
                "QueryExecutionId": request["QueryExecutionId"],
                "Query": execution.statement,
                "StatementType": execution.kind,
                "ResultConfiguration": {"OutputLocation": execution.results_at},
                "Status": status,
                "Statistics": {"DataScannedInBytes": 0},
                "EngineVersion": ENGINE,
            }
        }

    def _results(self, request: Answer) -> Answer:
        execution = self._executions[request["QueryExecutionId"]]
        if execution.rows is None:
            raise ValueError("this stand-in for Athena gives a long answer once")
        names = [[{"VarCharValue": column["Name"]} for column in execution.columns]] if execution.columns else []
        first = int(request.get("NextToken", 0))
        last = first + int(request.get("MaxResults", PAGE))
        found = execution.rows[max(first - len(names), 0) : last - len(names)]
        page = [*(names if first == 0 else []), *([_cell(value) for value in row] for row in found)]
        answer: Answer = {
            "ResultSet": {
                "Rows": [{"Data": row} for row in page],
                "ResultSetMetadata": {"ColumnInfo": execution.columns},
            },
            "UpdateCount": execution.updated,
        }
        if last < len(names) + len(execution.rows):
            answer["NextToken"] = str(last)
        elif first > 0:
            execution.rows = None
        return answer

    def _work_group(self, request: Answer) -> Answer:
        configuration = {"EnforceWorkGroupConfiguration": False, "ResultConfiguration": {}, "EngineVersion": ENGINE}
        return {"WorkGroup": {"Name": request["WorkGroup"], "State": "ENABLED", "Configuration": configuration}}

    def _data_catalog(self, request: Answer) -> Answer:
        return {"DataCatalog": {"Name": request["Name"], "Type": "GLUE", "Parameters": {"catalog-id": ACCOUNT}}}


def _column(name: str, kind: str) -> Answer:
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind.split("(")[0],
        "Precision": 0,
        "Scale": 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": False,
    }


def _cell(value: object) -> Answer:
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"VarCharValue": str(value).lower()}
    if isinstance(value, (list, tuple, dict)):
        raise ValueError("this stand-in for Athena has no text for lists and maps")
    return {"VarCharValue": str(value)}
