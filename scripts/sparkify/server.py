"""The Spark Thrift Server of the target `cluster`, asked by PyHive as dbt asks it."""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass, field
from typing import Any

from pyhive import hive  # type: ignore[import-untyped]
from pyhive.exc import OperationalError  # type: ignore[import-untyped]
from thrift.transport.TTransport import TTransportException  # type: ignore[import-untyped]

from sparkify.errors import UserError

# A server that does not listen is told in our words, and thrift's are on stderr.
logging.getLogger("thrift.transport.TSocket").disabled = True

# Seconds to wait for a host that does not answer at all.
PATIENCE = 10.0
WITH_PASSWORD = ("LDAP", "CUSTOM")


@dataclass(frozen=True)
class Server:
    """Where a Thrift Server is, and who asks it: the settings of the target `cluster` in profiles.example.yml."""

    host: str
    port: int
    auth: str = "NONE"
    user: str = "sparkify"
    password: str | None = field(default=None, repr=False)

    def connect(self, schema: str = "default") -> Any:
        """A connection; whoever calls this closes it. Raises what PyHive and thrift raise."""
        password = self.password if self.auth in WITH_PASSWORD else None
        return hive.connect(
            self.host, self.port, username=self.user, password=password, auth=self.auth, database=schema
        )

    def ask(self, question: str, schema: str = "default") -> list[tuple[Any, ...]]:
        """The rows of an answer; tables in the question are those of the schema."""
        with self.connect(schema) as connection, connection.cursor() as cursor:
            cursor.execute(question)
            return [tuple(row) for row in cursor.fetchall()]


def from_environment(auth: str | None = None) -> Server:
    """The server that dbt will ask; `auth` is how it lets people in, if that is known better than the environment does.

    Raises UserError if its port is no number or its password is missing.
    """
    port = os.environ.get("SPARKIFY_THRIFT_PORT", "10000")
    if not port.isdecimal():
        raise UserError(f"SPARKIFY_THRIFT_PORT is {port}; give the number of the Thrift Server's port.")
    auth = auth or os.environ.get("SPARKIFY_THRIFT_AUTH", "NONE")
    password = os.environ.get("DBT_ENV_SECRET_THRIFT_PASSWORD")
    if auth in WITH_PASSWORD and not password:
        raise UserError(f"The Thrift Server asks for a password ({auth}); put it in DBT_ENV_SECRET_THRIFT_PASSWORD.")
    return Server(
        host=os.environ.get("SPARKIFY_THRIFT_HOST", "127.0.0.1"),
        port=int(port),
        auth=auth,
        user=os.environ.get("SPARKIFY_THRIFT_USER", "sparkify"),
        password=password,
    )


def check(server: Server) -> None:
    """Raise UserError if the server can't be reached or does not let this user in."""
    at = f"{server.host}:{server.port}"
    try:
        socket.create_connection((server.host, server.port), timeout=PATIENCE).close()
    except OSError as error:
        raise UserError(
            f"No Thrift Server can be reached at {at} ({error.strerror or error}); start one by sparkify cluster "
            "start, or set SPARKIFY_THRIFT_HOST and SPARKIFY_THRIFT_PORT."
        ) from error
    try:
        server.connect().close()
    except TTransportException as error:
        if "validating the login" in str(error):
            raise UserError(
                f"The Thrift Server {at} does not let the user {server.user} in; "
                "check SPARKIFY_THRIFT_USER and DBT_ENV_SECRET_THRIFT_PASSWORD."
            ) from error
        raise UserError(
            f"What listens at {at} does not answer as a Thrift Server with SPARKIFY_THRIFT_AUTH {server.auth}; "
            "check the address, and how that server lets people in."
        ) from error


def check_place(server: Server, folder: str, option: str) -> None:
    """Raise UserError if the server can't list a folder on S3; one that is empty is the caller's business."""
    try:
        server.ask(f"select 1 from text.`{folder.replace('`', '``')}` limit 0")
    except OperationalError as error:
        answer = str(error)
        if "PATH_NOT_FOUND" in answer and "NoSuchBucket" not in answer:
            return
        bucket = folder.split("://", 1)[1].split("/", 1)[0]
        if "NoSuchBucket" in answer or "Bucket does not exist" in answer or "UnknownStoreException" in answer:
            raise UserError(f"There is no bucket {bucket}; create it, or name another by {option}.") from error
        if "AccessDenied" in answer or "Forbidden" in answer:
            raise UserError(
                f"The server's credentials may not list {folder}; ask the owner of the bucket {bucket} for the rights, "
                f"or name another by {option}."
            ) from error
        raise UserError(f"The server can't read {folder}; its log says why, or name another by {option}.") from error
