{{ config(materialized='view') }}

with plays as (
    select * from {{ ref('int_plays') }}
    where title is not null and artist is not null
),

song_days as (
    select
        event_date,
        title,
        artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id,
        count(*) as plays,
        count(distinct user_id) as listeners,
        count_if(is_valid) as valid_plays,
        cast(coalesce(sum(listened_ms), 0) as double) / 3600000 as listening_hours
    from plays
    group by event_date, title, artist
),

ranked_songs as (
    select
        event_date,
        title,
        artist,
        song_id,
        artist_id,
        plays,
        listeners,
        valid_plays,
        listening_hours,
        cast(row_number() over (
            partition by event_date
            order by plays desc, listeners desc, title asc, artist asc
        ) as int) as play_rank
    from song_days
)

select * from ranked_songs
