{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['event_month'])) }}
{%- set days = days_to_build('month', days_before=1) %}
{{ replace_days('event_month', days) }}
with plays as (
    select * from {{ ref('int_plays') }}
    where title is not null and artist is not null and {{ in_days('event_date', days) }}
),

user_songs as (
    select
        user_id,
        {{ song_key('title', 'artist') }} as song_key,
        title,
        artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id,
        min(start_time) as first_played_at,
        max(start_time) as last_played_at,
        {{ first_of_month('event_date') }} as event_month
    from plays
    group by user_id, title, artist, {{ first_of_month('event_date') }}
)

select * from user_songs
