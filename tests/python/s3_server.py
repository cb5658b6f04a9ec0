"""An S3 server for tests: on loopback, with random credentials, gone with the test that started it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from versitygw import program

REGION = "us-east-1"
# What a run may do, and no more.
READ = ("s3:ListBucket", "s3:GetObject")
WRITE = (*READ, "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")


@dataclass(frozen=True)
class Account:
    """Somebody whom the server knows."""

    key: str
    secret: str


@dataclass(frozen=True)
class Server:
    """A running server; `owner` may do everything."""

    endpoint: str
    owner: Account
    program: Path
    log: Path

    def environment(self, account: Account) -> dict[str, str]:
        """The variables by which a program acts as an account, and none of this machine's own settings count."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": account.key,
            "AWS_SECRET_ACCESS_KEY": account.secret,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def trino_settings(self) -> dict[str, str]:
        """How a catalog of Trino reaches the files, as the owner."""
        return {
            "fs.native-s3.enabled": "true",
            "s3.endpoint": self.endpoint,
            "s3.region": REGION,
            "s3.path-style-access": "true",
            "s3.aws-access-key": self.owner.key,
            "s3.aws-secret-key": self.owner.secret,
        }

    def requests(self) -> list[str]:
        """What was asked so far: operation and key of each request."""
        lines = (line.split() for line in self.log.read_text(encoding="utf-8").splitlines())
        return [f"{line[7]} {line[8]}" for line in lines if len(line) > 8 and line[7].startswith("s3_")]

    def client(self, account: Account | None = None) -> Any:
        """A client of an account, or of the owner."""
        return _client(self.endpoint, account or self.owner)

    def new_account(self) -> Account:
        """An account that may do nothing yet."""
        account = new_account()
        subprocess.run(
            [
                *(str(self.program), "admin", "create-user", "--role", "user"),
                *("--access", account.key, "--secret", account.secret),
            ],
            env={
                "ADMIN_ACCESS_KEY_ID": self.owner.key,
                "ADMIN_SECRET_ACCESS_KEY": self.owner.secret,
                "ADMIN_ENDPOINT_URL": self.endpoint,
                "ADMIN_REGION": REGION,
            },
            check=True,
            capture_output=True,
        )
        return account

    def new_bucket(self, name: str, rights: Mapping[Account, tuple[str, ...]]) -> str:
        """A bucket of the owner, in which others may do what the bucket's policy says."""
        self.client().create_bucket(Bucket=name)
        statements = [
            {
                "Effect": "Allow",
                "Principal": {"AWS": [account.key]},
                "Action": list(actions),
                "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
            }
            for account, actions in rights.items()
        ]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            self.client().put_bucket_policy(Bucket=name, Policy=policy)
        return name


def new_account() -> Account:
    """Random credentials, as a caller's or as those that no server knows."""
    return Account(f"AK{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))


@cache
def _client(endpoint: str, account: Account) -> Any:
    return botocore.session.get_session().create_client(
        "s3",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=account.key,
        aws_secret_access_key=account.secret,
    )


@contextmanager
def serve(scratch: Path) -> Iterator[Server]:
    """A server with its objects below an empty folder, that answers signed requests."""
    owner = new_account()
    folders = {name: scratch / name for name in ("buckets", "metadata", "accounts")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    path = program()
    requests = scratch / "requests.log"
    address = f"127.0.0.1:{_free_port()}"
    with (scratch / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                *(str(path), "--port", address, "--region", REGION, "--quiet", "--access-log", str(requests)),
                *("--iam-dir", str(folders["accounts"])),
                # One request at a time: a delete takes folders that it empties with it, and a write that was about to
                # use one is answered 409, which Spark's client does not try again.
                *("posix", "--concurrency", "1", "--sidecar", str(folders["metadata"]), str(folders["buckets"])),
            ],
            env={"ROOT_ACCESS_KEY": owner.key, "ROOT_SECRET_KEY": owner.secret},
            stdout=log,
            stderr=log,
        )
        try:
            server = Server(f"http://{address}", owner, path, requests)
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    client = server.client()
    for _ in range(300):
        assert process.poll() is None, "the S3 server ended at once"
        try:
            client.list_buckets()
            return
        except (BotoCoreError, ClientError):
            time.sleep(0.1)
    raise TimeoutError(f"the S3 server at {server.endpoint} does not answer")
