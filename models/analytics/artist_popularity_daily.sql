{{ config(materialized='view') }}

with plays as (
    select * from {{ ref('int_plays') }}
    where artist is not null
),

artist_days as (
    select
        event_date,
        artist,
        min(artist_id) as artist_id,
        count(distinct title) as songs,
        count(*) as plays,
        count(distinct user_id) as listeners,
        count_if(is_valid) as valid_plays,
        cast(coalesce(sum(listened_ms), 0) as double) / 3600000 as listening_hours
    from plays
    group by event_date, artist
),

ranked_artists as (
    select
        event_date,
        artist,
        artist_id,
        songs,
        plays,
        listeners,
        valid_plays,
        listening_hours,
        cast(row_number() over (
            partition by event_date
            order by plays desc, listeners desc, artist asc
        ) as int) as play_rank
    from artist_days
)

select * from ranked_artists
