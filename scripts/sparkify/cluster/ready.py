"""Asks the cluster's servers whether they work; a port that is open is no answer."""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import replace
from typing import Any

from sparkify import server
from sparkify.cluster import ports
from sparkify.cluster.ports import LOOPBACK
from sparkify.cluster.state import State
from sparkify.server import Server


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


def server_of(state: State) -> Server:
    """How the Thrift Server of a cluster is asked; with the user and password of the environment if it wants one."""
    here = Server(ports.to_connect(state.host), state.port)
    if state.auth == "NONE":
        return here
    known = server.from_environment(state.auth)
    return replace(known, host=here.host, port=here.port)


def thrift_server(server: Server, seconds: float) -> bool:
    """Whether the Thrift Server answers a query within some seconds."""
    answers: list[bool] = []
    # PyHive waits for ever for a server that has opened its port and does not answer: let it wait in a thread.
    asking = threading.Thread(target=lambda: answers.append(_answers(server)), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers == [True]


def _answers(server: Server) -> bool:
    try:
        return server.ask("select 1") == [(1,)]
    except Exception:  # thrift has many, and each of them means not yet
        return False
