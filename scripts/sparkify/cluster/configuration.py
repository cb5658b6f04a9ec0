"""The settings of Spark's processes, in files of the cluster's folder.

Files and not arguments, as everybody on the machine may read the arguments of a process. What decides about results
and files is as in the `local` target of profiles.example.yml; tests/python/test_cluster.py compares them.
"""

from __future__ import annotations

import os

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
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.files.openCostInBytes": "65536",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.warehouse.dir": places.lake,
        # Seconds after which a session that stays open looks again where a table's files are: before a later run
        # deletes the version that it knows.
        "spark.sql.metadataCacheTTLSeconds": "5",
        "spark.hadoop.fs.s3a.input.stream.type": "classic",
        "spark.hadoop.fs.s3a.retry.limit": "4",
        # Files on their way to S3, and Hive's, whose own default is one folder for all users of the machine.
        "spark.hadoop.hadoop.tmp.dir": str(folder.scratch),
        # Hadoop's own default is made of that one, and fails where it has a blank in it.
        "spark.hadoop.fs.s3a.buffer.dir": f"{folder.scratch}/s3a",
        "spark.hadoop.hive.exec.scratchdir": f"{folder.scratch}/hive",
        # Of the local target's options the one that keeps the metastore quick; the others make a start quick, and a
        # long run slow.
        "spark.driver.extraJavaOptions": _java_options(
            f"-Djava.io.tmpdir={folder.scratch}",
            f"-Dderby.stream.error.file={folder.log('derby')}",
            "-Dderby.system.durability=test",
        ),
    }


def write_daemons(folder: Folder) -> None:
    """Write the settings that are the same for every cluster."""
    write_private(folder.settings / "log4j2.properties", LOG4J)
    write_private(folder.daemon_settings, properties(DAEMON_SETTINGS))


def _java_options(*options: str) -> str:
    """Options of java in one line; each is quoted, as a folder may have blanks in its name."""
    return " ".join(f'"{option}"' for option in options)
