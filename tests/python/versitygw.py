"""The program of the S3 server that tests use: built once with Go, then kept in the user's cache folder.

versitygw is an S3 server that people run in production: it checks signatures and checksums, knows accounts, owners and
policies of buckets, and builds in a quarter of the time that MinIO takes, which is as strict.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from sparkify.java import cache_folder

MODULE = "github.com/versity/versitygw"
VERSION = "v1.8.0"


def program() -> Path:
    """The program, built if it is not there yet.

    Without Go the test that asks for it fails in CI and is skipped elsewhere.
    """
    kept = cache_folder() / f"versitygw-{VERSION}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second one takes what the first one has built
        if not kept.exists():
            go = shutil.which("go")
            if go is None:
                message = "What is tested on S3 is left out: its server is built with Go, 1.25 or later."
                if os.environ.get("CI"):
                    pytest.fail(message)
                pytest.skip(message)
            _build(go, kept)
    return kept


def _build(go: str, kept: Path) -> None:
    for left_over in kept.parent.glob("build-*"):  # by a test that was killed
        shutil.rmtree(left_over, ignore_errors=True)
    # What Go fetches and compiles on the way is 800 MB, which nobody else needs.
    with tempfile.TemporaryDirectory(prefix="build-", dir=kept.parent) as folder:
        settings = {
            "GOBIN": folder,
            "GOMODCACHE": f"{folder}/modules",
            "GOCACHE": f"{folder}/compiled",
            "GOFLAGS": "-modcacherw",
            "CGO_ENABLED": "0",
        }
        subprocess.run(
            [go, "install", "-trimpath", "-ldflags=-s -w", f"{MODULE}/cmd/versitygw@{VERSION}"],
            env={**os.environ, **settings},
            cwd=folder,
            check=True,
        )
        Path(folder, "versitygw").rename(kept)
