{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['months(event_date)'])) }}
{%- set days = days_to_build('month', days_before=1) %}
{{ replace_days('event_date', days) }}
with events as (
    select * from {{ ref('int_log_events') }}
    where user_id is not null and {{ in_days('event_date', days) }}
),

plays as (
    select * from {{ ref('int_plays') }}
    where {{ in_days('event_date', days) }}
),

event_days as (
    select
        event_date,
        count(*) as events,
        count(distinct session_id) as sessions,
        count(distinct user_id) as users
    from events
    group by event_date
),

play_days as (
    select
        event_date,
        count(distinct user_id) as listeners,
        count(distinct case when level = 'paid' then user_id end) as paid_listeners,
        count(*) as plays,
        count_if(level = 'paid') as paid_plays,
        count_if(is_valid) as valid_plays,
        count_if(outcome = 'complete') as complete_plays,
        count_if(outcome = 'skipped') as skipped_plays,
        coalesce(sum(listened_ms), 0) as listened_ms
    from plays
    group by event_date
),

activity as (
    select
        event_days.event_date,
        event_days.users,
        event_days.sessions,
        event_days.events,
        coalesce(play_days.listeners, 0) as listeners,
        coalesce(play_days.paid_listeners, 0) as paid_listeners,
        coalesce(play_days.plays, 0) as plays,
        coalesce(play_days.paid_plays, 0) as paid_plays,
        coalesce(play_days.valid_plays, 0) as valid_plays,
        coalesce(play_days.complete_plays, 0) as complete_plays,
        coalesce(play_days.skipped_plays, 0) as skipped_plays,
        cast(coalesce(play_days.listened_ms, 0) as double) / 3600000 as listening_hours
    from event_days
    left join play_days on event_days.event_date = play_days.event_date
)

select * from activity
