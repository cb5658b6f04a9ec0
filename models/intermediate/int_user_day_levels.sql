{{ config(materialized='incremental', **partitions(['event_month'])) }}
{%- set days = days_to_build(partition_by_month) %}

with plays as (
    select * from {{ ref('int_log_events') }}
    where is_play and {{ is_on('event_date', days) }}
),

ranked_plays as (
    select
        *,
        row_number() over (
            partition by user_id, event_at
            order by item_in_session desc, session_id desc
        ) as recency
    from plays
),

levels_in_time as (
    select
        *,
        lag(level) over (partition by user_id, event_date order by event_at) as previous_level,
        lead(event_at) over (partition by user_id, event_date order by event_at) as next_event_at
    from ranked_plays
    where recency = 1
),

level_changes as (
    select
        *,
        next_event_at is null as is_newest_of_day
    from levels_in_time
    where previous_level is null or previous_level <> level or next_event_at is null
),

day_levels as (
    select
        user_id,
        event_date,
        event_at,
        level,
        is_newest_of_day,
        first_name,
        last_name,
        gender,
        {{ first_of_month('event_date') }} as event_month
    from level_changes
)

select * from day_levels
