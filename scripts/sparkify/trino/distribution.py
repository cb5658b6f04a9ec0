"""Trino's server and its connectors for Hive and Iceberg: fetched once from Maven Central, kept in the user's cache.

Not the whole server, which is larger.
"""

from __future__ import annotations

import contextlib
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pyspark

from sparkify import jars, java
from sparkify.errors import UserError
from sparkify.progress import say

# Athena's engine version 3 follows Trino; which release it is today, AWS does not say.
VERSION = "476"
SERVER = "trino-server-core"
# Of raw files and of the lake.
CONNECTORS = ("hive", "iceberg")


def fetch() -> Path:
    """The folder with Trino's `lib` and, below `plugin`, its connectors. UserError if it can't be fetched."""
    kept = java.cache_folder() / "trino" / "-".join((VERSION, *CONNECTORS))
    if kept.exists():
        return kept
    say(f"Fetching Trino {VERSION} into {kept} (once; about 800 MB) ...")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=kept.parent) as folder:
        _download(Path(folder))
        unpacked = Path(folder, "unpacked")
        _unpack(Path(folder), unpacked)
        # Whoever was faster has the same.
        with contextlib.suppress(OSError):
            unpacked.rename(kept)
    return kept


def _download(folder: Path) -> None:
    server = jars.dependency(f"io.trino:{SERVER}:{VERSION}", "tar.gz")
    connectors = "".join(jars.dependency(f"io.trino:trino-{name}:{VERSION}", "zip") for name in CONNECTORS)
    log = java.cache_folder() / "trino" / "fetch.log"
    done = jars.ivy(server + connectors, "[artifact].[ext]", folder, log, Path(pyspark.__file__).parent)
    if not done or not all((folder / f"trino-{name}.zip").exists() for name in CONNECTORS):
        raise UserError(f"Fetching Trino from Maven Central failed; {log} says why.")


def _unpack(downloads: Path, unpacked: Path) -> None:
    with tarfile.open(downloads / f"{SERVER}.tar.gz") as archive:
        for member in archive:
            # The top folder is named after the version, and of the plugins none is needed.
            _, _, path = member.name.partition("/")
            content = archive.extractfile(member) if path.startswith("lib/") else None
            if content is not None:
                _write(unpacked / path, content.read())
    for connector in CONNECTORS:
        with zipfile.ZipFile(downloads / f"trino-{connector}.zip") as archive:
            for name in archive.namelist():
                _, _, path = name.partition("/")
                if path and not name.endswith("/"):
                    _write(unpacked / "plugin" / connector / path, archive.read(name))


def _write(path: Path, content: bytes) -> None:
    if ".." in path.parts:
        raise ValueError(f"an archive leaves its folder: {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
