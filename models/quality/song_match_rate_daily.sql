{{ config(materialized='view') }}

with songplays as (
    select * from {{ ref('songplays') }}
),

daily_matches as (
    select
        event_date,
        count(*) as plays,
        count(song_id) as matched_plays,
        cast(count(song_id) as double) / count(*) as match_rate
    from songplays
    group by event_date
)

select * from daily_matches
