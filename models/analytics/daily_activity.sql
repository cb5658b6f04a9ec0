{{ config(materialized='view') }}

with segments as (
    select * from {{ ref('int_activity_segments') }}
    where user_id is not null
),

activity as (
    select
        event_date,
        count(distinct user_id) as users,
        count(distinct session_id) as sessions,
        sum(events) as events,
        count(distinct case when plays > 0 then user_id end) as listeners,
        count(distinct case when paid_plays > 0 then user_id end) as paid_listeners,
        sum(plays) as plays,
        sum(paid_plays) as paid_plays,
        sum(valid_plays) as valid_plays,
        sum(complete_plays) as complete_plays,
        sum(skipped_plays) as skipped_plays,
        cast(sum(listened_ms) as double) / 3600000 as listening_hours
    from segments
    group by event_date
)

select * from activity
