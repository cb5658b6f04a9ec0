"""The least that Spark can do with these files: parse each once, with a known schema. `python floor.py RAW`."""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession

LOG = """artist string, auth string, firstName string, gender string, itemInSession bigint, lastName string,
    length double, level string, location string, method string, page string, registration double, sessionId bigint,
    song string, status bigint, ts bigint, userAgent string, userId string"""
SONG = """num_songs bigint, artist_id string, artist_latitude double, artist_longitude double, artist_location string,
    artist_name string, song_id string, title string, duration double, year bigint"""


def main(raw: str) -> None:
    """Count the rows in which every field could be parsed: a count alone would leave the fields unread."""
    spark = SparkSession.builder.appName("floor").config("spark.ui.enabled", "false").getOrCreate()
    for source, schema in (("log_data", LOG), ("song_data", SONG)):
        rows = spark.read.schema(schema).option("recursiveFileLookup", "true").json(f"{raw}/{source}")
        print(source, rows.selectExpr("sum(hash(*))", "count(*)").first())
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
