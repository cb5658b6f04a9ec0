"""Spark's client for S3, which pip's pyspark comes without."""

from __future__ import annotations

import os
from pathlib import Path

from sparkify.cluster.jars import Packages
from sparkify.errors import UserError

NAME = "Spark's client for S3"
# For each Hadoop that Spark is built with: that of Spark 4, as in profiles.example.yml, and that of Spark 3.5. Without
# the bundles of Amazon's SDK, which are hundreds of MB.
BY_HADOOP = {
    "3.5": Packages(
        NAME,
        "org.apache.hadoop:hadoop-aws:3.5.0,software.amazon.awssdk:s3:2.35.4,"
        "software.amazon.awssdk:s3-transfer-manager:2.35.4,software.amazon.awssdk:sts:2.35.4,"
        "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3:1.3.1",
        "software.amazon.awssdk:bundle",
    ),
    "3.3": Packages(
        NAME,
        "org.apache.hadoop:hadoop-aws:3.3.4,com.amazonaws:aws-java-sdk-s3:1.12.262,"
        "com.amazonaws:aws-java-sdk-sts:1.12.262,com.amazonaws:aws-java-sdk-dynamodb:1.12.262",
        "com.amazonaws:aws-java-sdk-bundle",
    ),
}


def packages(spark: Path) -> Packages:
    """The client for a Spark."""
    hadoop = _hadoop(spark)
    if found := BY_HADOOP.get(hadoop):
        return found
    raise UserError(
        f"No client for S3 is known for the Hadoop ({hadoop or 'none'}) of {spark}; "
        "unset SPARK_HOME, or keep raw data and lake in local folders."
    )


def spark_settings(spark: Path) -> dict[str, str]:
    """Spark's settings for S3, as in the local target of profiles.example.yml.

    The client of Spark 3.5 does not take the address of a service other than Amazon's from the environment.
    """
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    settings = {
        "spark.hadoop.fs.s3a.endpoint.region": region,
        "spark.hadoop.fs.s3a.path.style.access": os.environ.get("SPARKIFY_S3_PATH_STYLE", "false"),
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3")
    if not endpoint or _hadoop(spark) != "3.3":
        return settings
    return settings | {"spark.hadoop.fs.s3a.endpoint": endpoint, "spark.hadoop.fs.s3a.path.style.access": "true"}


def _hadoop(spark: Path) -> str:
    """The first two numbers of the version of Hadoop that a Spark is built with."""
    versions = [jar.stem.removeprefix("hadoop-client-api-") for jar in spark.glob("jars/hadoop-client-api-*.jar")]
    return versions[0].rpartition(".")[0] if versions else ""
