"""The ad-hoc questions in analyses/ run, and their answers on the real data are those of DuckDB over the raw JSON."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from builds import Builder, Lake, Row
from canonical import first_differences
from sparkify.settings import PROJECT

PLAYS = """
    create table plays as
    select
        cast("userId" as bigint) as user_id, level, song, artist, length, "sessionId" as session_id,
        make_timestamp(ts * 1000) as at,
        arg_max(level, (ts, "itemInSession")) over (partition by "userId") as newest_level
    from read_json('{raw}/log_data/**/*.json', format = 'newline_delimited')
    where page = 'NextSong'
"""
SONGS = """
    create table songs as
    select song_id, title, artist_name, artist_id, duration, nullif(year, 0) as year
    from read_json('{raw}/song_data/**/*.json', columns = {{
        song_id: 'varchar', title: 'varchar', artist_name: 'varchar', artist_id: 'varchar', duration: 'double',
        year: 'int'
    }})
"""
MATCHES = "plays join songs on song = title and artist = artist_name and length = duration"
ANSWERS = {
    "plays_by_hour_and_level": """
        select hour(at), level, count(*), count(distinct user_id) from plays group by all
    """,
    "most_played_catalogue_artists": f"""
        select artist_id, min(artist_name), count(*), count(distinct user_id) from {MATCHES} group by artist_id
    """,
    "plays_by_decade_of_release": f"select year // 10 * 10, count(*) from {MATCHES} group by all",
    "busiest_listeners": """
        select user_id, any_value(newest_level), count(*), count(distinct session_id), min(at)::date, max(at)::date
        from plays group by user_id
    """,
    "weekday_and_weekend": """
        select
            if(isodow(at) in (6, 7), 'weekend', 'weekday'), count(distinct at::date), count(*),
            count(distinct user_id), count(*) / count(distinct at::date)
        from plays group by 1
    """,
}


def test_every_analysis_has_its_answer() -> None:
    assert {file.stem for file in (PROJECT / "analyses").glob("*.sql")} == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_that_of_the_raw_files(name: str, builder: Builder, s3part1943: Lake) -> None:
    with duckdb.connect() as connection:
        connection.execute(PLAYS.format(raw=s3part1943.raw))
        connection.execute(SONGS.format(raw=s3part1943.raw))
        expected = connection.execute(ANSWERS[name]).fetchall()
    assert expected
    assert first_differences(with_floats(expected), with_floats(builder.answer(s3part1943, name))) == ""


def with_floats(rows: list[Row]) -> list[Row]:
    """The rows with a float for every number: dbt and DuckDB have other kinds for counts."""
    return [tuple(float(value) if isinstance(value, int | float | Decimal) else value for value in row) for row in rows]
