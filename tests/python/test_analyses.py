"""The ad-hoc questions in analyses/ run, and their answers on the real data are those of DuckDB over the raw JSON."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import duckdb
import pytest

from builds import Builder, Lake, Row
from sparkify.canonical import first_differences
from sparkify.settings import PROJECT

KINDS = ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries")
PLAYS = """
    create table plays as
    select
        cast("userId" as bigint) as user_id, level, song, artist, length, "sessionId" as session_id,
        make_timestamp(ts * 1000) as played_at,
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
        select hour(played_at), level, count(*), count(distinct user_id) from plays group by all
    """,
    "most_played_catalogue_artists": f"""
        with names as (
            select artist_id, artist_name, count(*) as songs from songs group by all
        ),
        best_names as (
            select artist_id, arg_min(artist_name, (-songs, length(artist_name), artist_name)) as name
            from names group by artist_id
        )
        select artist_id, any_value(name), count(*), count(distinct user_id)
        from {MATCHES} join best_names using (artist_id) group by artist_id
    """,
    "plays_by_decade_of_release": f"select year // 10 * 10, count(*) from {MATCHES} group by all",
    "busiest_listeners": """
        select
            user_id, any_value(newest_level), count(*), count(distinct session_id),
            min(played_at)::date, max(played_at)::date
        from plays group by user_id
    """,
    "weekday_and_weekend": """
        select
            if(isodow(played_at) in (6, 7), 'weekend', 'weekday'), count(distinct played_at::date), count(*),
            count(distinct user_id), count(*) / count(distinct played_at::date)
        from plays group by 1
    """,
}


def test_every_analysis_has_its_answer() -> None:
    names = {file.stem for file in (PROJECT / "analyses").glob("*.sql")}
    # Those for Redshift are statements of another engine: test_serverless.py parses them.
    assert {name for name in names if not name.startswith("redshift_")} == set(ANSWERS)


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


def test_a_name_selects_one_thing(builder: Builder, sample71: Lake) -> None:
    # dbt takes a name after --select for that of a metric or an exposure as well, and builds what those are made of.
    assert builder.dbt(sample71, "parse")
    manifest = json.loads((builder.scratch / "target" / "manifest.json").read_text(encoding="utf-8"))
    names = Counter(node["name"] for kind in KINDS for node in manifest[kind].values())
    assert [name for name, count in names.items() if count > 1] == []
