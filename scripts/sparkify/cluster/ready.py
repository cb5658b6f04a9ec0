"""Asks the cluster's servers whether they work; a port that is open is no answer."""

from __future__ import annotations

import http.client
import json
import logging
import threading
from typing import Any

from pyhive import hive  # type: ignore[import-untyped]

from sparkify.cluster.ports import LOOPBACK

# A server that does not listen yet is no news, and thrift says it on stderr.
logging.getLogger("thrift.transport.TSocket").disabled = True


def master(page: int) -> dict[str, Any] | None:
    """What the master says about itself on its web page, if it answers."""
    # Not by urllib, which would ask the proxy that the environment names.
    connection = http.client.HTTPConnection(LOOPBACK, page, timeout=5)
    try:
        connection.request("GET", "/json/")
        answer = json.load(connection.getresponse())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) and answer.get("status") == "ALIVE" else None


def workers(page: int) -> int:
    """How many workers the master has."""
    return int((master(page) or {}).get("aliveworkers", 0))


def thrift_server(host: str, port: int, seconds: float) -> bool:
    """Whether the Thrift Server answers a query within some seconds."""
    answers: list[bool] = []
    # PyHive waits for ever for a server that has opened its port and does not answer: let it wait in a thread.
    asking = threading.Thread(target=lambda: answers.append(_answers(host, port)), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers == [True]


def _answers(host: str, port: int) -> bool:
    try:
        with hive.connect(host, port, username="sparkify") as connection, connection.cursor() as cursor:
            cursor.execute("select 1")
            return bool(cursor.fetchall() == [(1,)])
    except Exception:  # thrift has many, and each of them means not yet
        return False
