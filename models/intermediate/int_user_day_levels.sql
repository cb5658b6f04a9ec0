{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'distribution': 'none'}, **partitions(['months(event_date)'])
) }}
{%- set days = days_to_build('month') %}
{{ replace_days('event_date', days) }}
with plays as (
    select
        user_id,
        event_date,
        start_time,
        item_in_session,
        session_id,
        level,
        first_name,
        last_name,
        gender,
        extract(year from event_date) * 12 + extract(month from event_date) as month_number
    from {{ ref('int_log_events') }}
    where is_play and {{ in_days('event_date', days) }}
),

-- One shuffle serves all windows and the files of the months.
plays_by_month as (
    select /*+ repartition(month_number) */ * from plays
),

ranked_plays as (
    select
        *,
        row_number() over (
            partition by month_number, user_id, event_date, start_time
            order by item_in_session desc, session_id desc
        ) as recency
    from plays_by_month
),

levels_in_time as (
    select
        *,
        lag(level) over (partition by month_number, user_id, event_date order by start_time) as previous_level,
        lead(start_time) over (partition by month_number, user_id, event_date order by start_time) as next_start_time
    from ranked_plays
    where recency = 1
),

level_changes as (
    select
        *,
        next_start_time is null as is_newest_of_day
    from levels_in_time
    where previous_level is null or previous_level <> level or next_start_time is null
),

day_levels as (
    select
        user_id,
        event_date,
        start_time,
        level,
        is_newest_of_day,
        first_name,
        last_name,
        gender
    from level_changes
)

select * from day_levels
