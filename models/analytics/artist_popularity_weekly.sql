{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['week_start_date'])) }}
{%- set days = days_to_build('week', days_before=1) %}
{{ replace_days('week_start_date', days) }}
with plays as (
    select
        *,
        {{ first_of_week('event_date') }} as week_start_date
    from {{ ref('int_plays') }}
    where artist is not null and {{ in_days('event_date', days) }}
),

artist_weeks as (
    select
        week_start_date,
        artist,
        min(artist_id) as artist_id,
        count(distinct title) as songs,
        count(*) as plays,
        count(distinct user_id) as listeners,
        count_if(is_valid) as valid_plays,
        cast(coalesce(sum(listened_ms), 0) as double) / 3600000 as listening_hours
    from plays
    group by week_start_date, artist
),

ranked_artists as (
    select
        artist,
        artist_id,
        songs,
        plays,
        listeners,
        valid_plays,
        listening_hours,
        cast(row_number() over (
            partition by week_start_date
            order by plays desc, listeners desc, artist asc
        ) as int) as play_rank,
        week_start_date
    from artist_weeks
)

select * from ranked_artists
