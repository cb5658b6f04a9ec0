"""An S3, a Glue and an Athena on this machine, as the AWS chain finds them, around a command:

PYTHONPATH=scripts .venv/bin/python tests/python/athena_endpoints.py COMMAND ...

The command has the variables that lead to them, and a bucket s3://compare. What each of them stands for, and what it
does not stand for, is said in aws_servers.py and athena_api.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from athena_api import CATALOG, AthenaApi
from aws_servers import ENVIRONMENT, AwsServers
from sparkify.trino.server import Server

BUCKET = "compare"


@dataclass(frozen=True)
class Endpoints:
    """The running servers, with their files in a folder; `s3` is a place that they have."""

    scratch: Path
    aws: AwsServers
    api: AthenaApi
    trino: Server
    s3: str

    def environment(self) -> dict[str, str]:
        """The variables by which programs find them, and none of this machine's own settings count."""
        return ENVIRONMENT | {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ENDPOINT_URL_ATHENA": self.api.url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def serve(scratch: Path, catalogs: Mapping[str, Mapping[str, str]] | None = None) -> Iterator[Endpoints]:
    """The servers, with their files in a folder; `catalogs`: more of them for the Trino server."""
    s3 = f"s3://{BUCKET}"
    aws = AwsServers()
    try:
        aws.client("s3").create_bucket(Bucket=BUCKET)
        with Server(scratch / "trino", {CATALOG: aws.catalog(f"{s3}/lake")} | dict(catalogs or {})) as trino:
            api = AthenaApi(trino.port, aws.client("glue"), f"{s3}/lake")
            yield Endpoints(scratch, aws, api, trino, s3)
            api.stop()
    finally:
        aws.stop()


def main(command: Sequence[str]) -> int:
    """The command's exit code."""
    with tempfile.TemporaryDirectory(prefix="endpoints-") as scratch, serve(Path(scratch)) as endpoints:
        return subprocess.run(command, env=os.environ | endpoints.environment()).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
