"""An S3, a Glue and an Athena on this machine, as the AWS chain finds them, around a command:

PYTHONPATH=scripts .venv/bin/python tests/python/athena_endpoints.py COMMAND ...

The command has the variables that lead to them, and a bucket s3://compare. What they stand for, and what they do not
stand for, is said in glue_server.py and athena_api.py; the S3 is one that people run in production.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import s3_server
from athena_api import CATALOG, ICEBERG, AthenaApi
from glue_server import Glue
from sparkify.trino.server import LARGE, SMALL, Server

BUCKET = "compare"


@dataclass(frozen=True)
class Endpoints:
    """The running servers, with their files in a folder; `s3` is a place that they have."""

    scratch: Path
    storage: s3_server.Server
    glue: Glue
    api: AthenaApi
    trino: Server
    s3: str

    def environment(self) -> dict[str, str]:
        """The variables by which programs find them, and none of this machine's own settings count."""
        return self.storage.environment(self.storage.owner) | {
            "AWS_DEFAULT_REGION": s3_server.REGION,
            # Whatever else is asked, such as who the caller is.
            "AWS_ENDPOINT_URL": self.glue.url,
            "AWS_ENDPOINT_URL_ATHENA": self.api.url,
        }


@contextmanager
def serve(
    scratch: Path, catalogs: Mapping[str, Mapping[str, str]] | None = None, gigabytes: int = SMALL
) -> Iterator[Endpoints]:
    """The servers, with their files in a folder; `catalogs`: more of them for the Trino server, with so much memory."""
    s3 = f"s3://{BUCKET}"
    with ExitStack() as cleanup:
        storage = cleanup.enter_context(s3_server.serve(scratch / "s3"))
        storage.new_bucket(BUCKET, {})
        glue = Glue()
        cleanup.callback(glue.stop)
        all_catalogs = glue.catalogs(storage, f"{s3}/lake", CATALOG, ICEBERG) | dict(catalogs or {})
        trino = cleanup.enter_context(Server(scratch / "trino", all_catalogs, gigabytes))
        api = AthenaApi(trino.port, glue.client, f"{s3}/lake")
        cleanup.callback(api.stop)
        yield Endpoints(scratch, storage, glue, api, trino, s3)


def main(command: Sequence[str]) -> int:
    """The command's exit code."""
    with (
        tempfile.TemporaryDirectory(prefix="endpoints-") as scratch,
        serve(Path(scratch), gigabytes=LARGE) as endpoints,
    ):
        return subprocess.run(command, env=os.environ | endpoints.environment()).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
