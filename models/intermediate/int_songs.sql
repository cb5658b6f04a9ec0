{{ config(materialized='view') }}

with song_rows as (
    select * from {{ ref('int_song_rows') }}
),

usable_songs as (
    select
        song_id,
        title,
        duration,
        year,
        artist_id,
        artist_name,
        artist_location,
        artist_latitude,
        artist_longitude,
        loaded_at
    from song_rows
    where verdict = 'kept'
)

select * from usable_songs
