"""The usual PySpark job for these files, to compare with: inferred schemas, tables partitioned as most do it.

Written after the pattern of public solutions, not for this project's rules: plays are joined to songs by title and
artist, nothing is cleaned or quarantined, and what is there is overwritten. `python plain_etl.py RAW OUT`.
"""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def main(raw: str, out: str) -> None:
    """Read the raw files below `raw`, and write five tables below `out`."""
    spark = SparkSession.builder.appName("plain ETL").config("spark.ui.enabled", "false").getOrCreate()
    songs_data = spark.read.option("recursiveFileLookup", "true").json(f"{raw}/song_data")
    songs = songs_data.select("song_id", "title", "artist_id", "year", "duration").dropDuplicates(["song_id"])
    songs.write.mode("overwrite").partitionBy("year", "artist_id").parquet(f"{out}/songs")
    artists = songs_data.selectExpr(
        "artist_id",
        "artist_name as name",
        "artist_location as location",
        "artist_latitude as latitude",
        "artist_longitude as longitude",
    ).dropDuplicates(["artist_id"])
    artists.write.mode("overwrite").parquet(f"{out}/artists")

    logs = spark.read.option("recursiveFileLookup", "true").json(f"{raw}/log_data")
    plays = logs.where(F.col("page") == "NextSong").withColumn("start_time", (F.col("ts") / 1000).cast("timestamp"))
    users = plays.selectExpr(
        "userId as user_id", "firstName as first_name", "lastName as last_name", "gender", "level"
    ).dropDuplicates(["user_id"])
    users.write.mode("overwrite").parquet(f"{out}/users")
    time = (
        plays.select("start_time")
        .dropDuplicates()
        .withColumn("hour", F.hour("start_time"))
        .withColumn("day", F.dayofmonth("start_time"))
        .withColumn("week", F.weekofyear("start_time"))
        .withColumn("month", F.month("start_time"))
        .withColumn("year", F.year("start_time"))
        .withColumn("weekday", F.dayofweek("start_time"))
    )
    time.write.mode("overwrite").partitionBy("year", "month").parquet(f"{out}/time")
    of_song = (plays.song == songs_data.title) & (plays.artist == songs_data.artist_name)
    songplays = plays.join(songs_data, of_song, "left").select(
        F.monotonically_increasing_id().alias("songplay_id"),
        "start_time",
        F.col("userId").alias("user_id"),
        "level",
        "song_id",
        "artist_id",
        F.col("sessionId").alias("session_id"),
        plays.location,
        F.col("userAgent").alias("user_agent"),
        F.year("start_time").alias("year"),
        F.month("start_time").alias("month"),
    )
    songplays.write.mode("overwrite").partitionBy("year", "month").parquet(f"{out}/songplays")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
