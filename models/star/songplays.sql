{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'sorted_by': ['user_id', 'start_time']},
    **partitions(['event_date'])
) }}
{%- set days = days_to_build() %}
{{ replace_days('event_date', days) }}
with plays as (
    select * from {{ ref('int_log_events') }}
    where is_play and {{ in_days('event_date', days) }}
),

songs as (
    select * from {{ ref('int_songs') }}
),

{{ song_matches('plays') }},

matched_plays as (
    select
        plays.event_id as songplay_id,
        plays.start_time,
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
            plays.title = best_matches.title
            and plays.artist = best_matches.artist
            and plays.duration = best_matches.duration
)

select * from matched_plays
