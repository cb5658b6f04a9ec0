{{ config(materialized='incremental', meta={'sorted_by': ['user_id', 'start_time']}, **partitions(['event_date'])) }}
{%- set days = days_to_build(
    partition_by_day, followed=['int_log_rows', 'int_song_rows'], also=days_with_changed_songs()
) %}

with plays as (
    select * from {{ ref('int_log_events') }}
    where is_play and {{ is_on('event_date', days) }}
),

songs as (
    select * from {{ ref('int_songs') }}
),

played_titles as (
    select distinct
        song,
        artist,
        length
    from plays
),

ranked_matches as (
    select
        played_titles.*,
        songs.song_id,
        songs.artist_id,
        row_number() over (
            partition by played_titles.song, played_titles.artist, played_titles.length
            order by abs(songs.duration - played_titles.length), songs.song_id
        ) as match_rank
    from played_titles
    inner join songs
        on
            played_titles.song = songs.title
            and played_titles.artist = songs.artist_name
            and abs(songs.duration - played_titles.length) <= {{ var('song_match_tolerance_seconds') }}
),

best_matches as (
    select * from ranked_matches
    where match_rank = 1
),

matched_plays as (
    select
        plays.event_id as songplay_id,
        plays.event_at as start_time,
        plays.user_id,
        plays.level,
        best_matches.song_id,
        best_matches.artist_id,
        plays.session_id,
        plays.location,
        plays.user_agent,
        plays.loaded_at,
        plays.event_date
    from plays
    left join best_matches
        on
            plays.song = best_matches.song
            and plays.artist = best_matches.artist
            and plays.length = best_matches.length
)

select * from matched_plays
