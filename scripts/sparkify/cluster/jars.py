"""Jars that Spark lacks: fetched once from Maven Central, then kept in the user's cache folder.

Spark can fetch packages by itself (spark.jars.packages), and loads them by class loaders of its own. A Thrift Server
needs more: Hive closes such a loader with the session that first used it, and every later session misses classes of
the client for S3; and java.sql.DriverManager knows no driver that Java was not started with. So these jars are on
Java's class path, behind Spark's own, which win where both have a class.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sparkify.cluster import spark
from sparkify.errors import UserError
from sparkify.java import cache_folder
from sparkify.progress import say

# Fetching is done on the way to a program: to one that ends at once.
PROGRAM = ("--class", "org.apache.hadoop.util.VersionInfo", "spark-internal")


@dataclass(frozen=True)
class Packages:
    """What to fetch: its name for people, and Maven coordinates with a comma between them."""

    name: str
    coordinates: str
    excludes: str = ""


def fetch(packages: Packages, environment: dict[str, str], log: Path) -> Path:
    """The folder with the jars of some packages and of what they depend on."""
    version = hashlib.sha256(f"{packages.coordinates} {packages.excludes}".encode()).hexdigest()[:16]
    kept = cache_folder() / "jars" / version
    if kept.exists():
        return kept
    say(f"Fetching {packages.name} into {kept} (once) ...")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=kept.parent) as folder:
        settings = ("--conf", f"spark.jars.excludes={packages.excludes}", "--conf", f"spark.jars.ivy={folder}")
        if not spark.submit(environment, log, *settings, "--packages", packages.coordinates, *PROGRAM):
            raise UserError(f"Fetching {packages.name} from Maven Central failed; {log} says why.")
        # Whoever was faster has the same.
        with contextlib.suppress(OSError):
            Path(folder, "jars").rename(kept)
    return kept
