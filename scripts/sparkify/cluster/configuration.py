"""The settings of Spark's processes, in files of the cluster's folder.

Files and not arguments, as everybody on the machine may read the arguments of a process. What decides about results
and files is as in the `local` target of profiles.example.yml; tests/python/test_cluster.py compares them.
"""

from __future__ import annotations

import os
from pathlib import Path

from sparkify.cluster.files import properties, write_private
from sparkify.cluster.folder import Folder
from sparkify.cluster.ports import LOOPBACK
from sparkify.settings import Settings

# A line for each worker and executor that comes and goes, and warnings: a server that runs for weeks has no log of GBs.
# Two warnings come with each query and mean nothing: that it had nothing to cancel, and one about Hive's settings.
LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS}{UTC}Z %p %c{1}: %m%n%ex
logger.deploy.name = org.apache.spark.deploy
logger.deploy.level = info
logger.executors.name = org.apache.spark.deploy.worker.ExecutorRunner
logger.executors.level = warn
logger.scheduler.name = org.apache.spark.scheduler.DAGScheduler
logger.scheduler.level = error
logger.hive.name = org.apache.hadoop.hive.conf.HiveConf
logger.hive.level = error
"""

DAEMON_SETTINGS = {
    # A port that is taken is an error, and no reason to listen on the next one.
    "spark.port.maxRetries": "0",
    # Nobody submits programs by HTTP.
    "spark.master.rest.enabled": "false",
    # The master's web page shows, and stops nothing.
    "spark.ui.killEnabled": "false",
}


def thrift_server(places: Settings, executor_memory: str, folder: Folder) -> dict[str, str]:
    """Spark's settings of the Thrift Server and its executors."""
    return {
        "spark.app.name": "Thrift Server",
        "spark.driver.memory": os.environ.get("SPARKIFY_DRIVER_MEMORY", "2g"),
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        # One executor a worker, with all its cores and memory.
        "spark.executor.memory": executor_memory,
        # What Spark makes of a query with many columns is more than the 8,000 bytes that Java compiles of one method.
        "spark.executor.extraJavaOptions": _java_options(folder.mark, "-XX:-DontCompileHugeMethods"),
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        # dbt-spark turns ANSI off in the local target, and in vain here, where Spark 4 has it on. So it is off for all
        # who ask this server: a query is the same query in both targets.
        "spark.sql.ansi.enabled": "false",
        "spark.sql.storeAssignmentPolicy": "STRICT",
        "spark.sql.defaultColumn.useNullsForMissingDefaultValues": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.files.openCostInBytes": "65536",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.parquet.compression.codec": "zstd",
        # Tables and views are in an Iceberg catalog; external tables over the raw files in the server's own memory.
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": f"{folder.scratch}/warehouse",
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.defaultCatalog": "lake",
        # Each session has a catalog of its own, which would not see for half a minute what others have committed.
        "spark.sql.catalog.lake.cache-enabled": "false",
        "spark.sql.catalog.lake.use-nullable-query-schema": "false",
        "spark.sql.iceberg.aggregate-push-down.enabled": "false",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.input.stream.type": "classic",
        "spark.hadoop.fs.s3a.retry.limit": "4",
        # Files on their way to S3, and Hive's, whose own default is one folder for all users of the machine.
        "spark.hadoop.hadoop.tmp.dir": str(folder.scratch),
        # Hadoop's own default is made of that one, and fails where it has a blank in it.
        "spark.hadoop.fs.s3a.buffer.dir": f"{folder.scratch}/s3a",
        "spark.hadoop.hive.exec.scratchdir": f"{folder.scratch}/hive",
        # Hive keeps something of its own in a Derby in memory, which logs where it stands.
        "spark.driver.extraJavaOptions": _java_options(
            f"-Djava.io.tmpdir={folder.scratch}",
            f"-Dderby.stream.error.file={folder.log('derby')}",
            "-XX:+ExplicitGCInvokesConcurrent",
        ),
    }


def s3(spark: Path) -> dict[str, str]:
    """Spark's settings for S3, as in the local target of profiles.example.yml."""
    settings = {
        "spark.hadoop.fs.s3a.endpoint.region": os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": os.environ.get("SPARKIFY_S3_PATH_STYLE", "false"),
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3")
    # The client of Spark 3.5 does not take the address of a service other than Amazon's from the environment.
    if endpoint and any(spark.glob("jars/hadoop-client-api-3.3.*.jar")):
        settings |= {"spark.hadoop.fs.s3a.endpoint": endpoint, "spark.hadoop.fs.s3a.path.style.access": "true"}
    return settings


def write_daemons(folder: Folder) -> None:
    """Write the settings that are the same for every cluster."""
    write_private(folder.settings / "log4j2.properties", LOG4J)
    write_private(folder.daemon_settings, properties(DAEMON_SETTINGS))


def _java_options(*options: str) -> str:
    """Options of java in one line; each is quoted, as a folder may have blanks in its name."""
    return " ".join(f'"{option}"' for option in options)
