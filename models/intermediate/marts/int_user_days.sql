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

ranked_events as (
    select
        *,
        row_number() over (
            partition by user_id, event_date
            order by start_time desc, item_in_session desc, session_id desc
        ) as recency
    from events
),

event_days as (
    select
        user_id,
        event_date,
        count(*) as events,
        count(distinct session_id) as sessions,
        count_if(page = 'Upgrade') as upgrade_views,
        count_if(page = 'Downgrade') as downgrade_views,
        count_if(page = 'Roll Advert') as adverts,
        count_if(page = 'Thumbs Up') as thumbs_up,
        count_if(page = 'Thumbs Down') as thumbs_down,
        max(case when recency = 1 then location end) as location,
        max(case when recency = 1 then user_agent end) as user_agent
    from ranked_events
    group by user_id, event_date
),

play_days as (
    select
        user_id,
        event_date,
        count(*) as plays,
        coalesce(sum(listened_ms), 0) as listened_ms,
        count_if(is_valid) as valid_plays,
        count_if(outcome = 'complete') as complete_plays,
        count_if(outcome = 'skipped') as skipped_plays,
        count_if(level = 'paid') as paid_plays
    from plays
    group by user_id, event_date
),

user_days as (
    select
        event_days.user_id,
        event_days.event_date,
        event_days.events,
        event_days.sessions,
        event_days.upgrade_views,
        event_days.downgrade_views,
        event_days.adverts,
        event_days.thumbs_up,
        event_days.thumbs_down,
        event_days.location,
        event_days.user_agent,
        coalesce(play_days.plays, 0) as plays,
        coalesce(play_days.listened_ms, 0) as listened_ms,
        coalesce(play_days.valid_plays, 0) as valid_plays,
        coalesce(play_days.complete_plays, 0) as complete_plays,
        coalesce(play_days.skipped_plays, 0) as skipped_plays,
        coalesce(play_days.paid_plays, 0) as paid_plays
    from event_days
    left join play_days
        on
            event_days.user_id = play_days.user_id
            and event_days.event_date = play_days.event_date
)

select * from user_days
