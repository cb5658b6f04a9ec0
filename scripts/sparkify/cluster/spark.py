"""The Spark that the cluster runs: pip's pyspark of the project, or the one that SPARK_HOME names."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from sparkify.cluster.folder import Folder
from sparkify.cluster.ports import LOOPBACK
from sparkify.errors import UserError

# Master and workers only bring others together. Not for the Thrift Server: to Spark it is a daemon too.
DAEMON_ENVIRONMENT = {
    "SPARK_DAEMON_MEMORY": "256m",
    "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}


def home() -> Path:
    """The folder of a Spark that has a Thrift Server."""
    place = os.environ.get("SPARK_HOME")
    if not place:
        module = importlib.util.find_spec("pyspark")
        if module is None or not module.submodule_search_locations:
            raise UserError("There is no pyspark here; start it by sparkify cluster, which installs it.")
        place = module.submodule_search_locations[0]
    folder = Path(place).resolve()
    if not any(folder.glob("jars/spark-hive-thriftserver_*.jar")):
        raise UserError(f"SPARK_HOME ({folder}) has no Thrift Server in jars/; unset it, or name pip's pyspark folder.")
    return folder


def environment(spark: Path, folder: Folder) -> dict[str, str]:
    """What Spark's processes are started with: the caller's environment, with settings of Spark in it replaced."""
    # Credentials of the catalog are in a file: no worker hands them on to its executors.
    dropped = ("SPARK_", "SPARKIFY_CATALOG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | {
        "SPARK_HOME": str(spark),
        "SPARK_CONF_DIR": str(folder.settings),
        "SPARK_LOCAL_DIRS": str(folder.scratch),
        # What all listen on, web pages included.
        "SPARK_LOCAL_IP": LOOPBACK,
    }
