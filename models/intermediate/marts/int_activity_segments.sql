{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['months(event_date)'])) }}
{%- set days = days_to_build('month', days_before=1) %}
{{ replace_days('event_date', days) }}
with other_events as (
    select * from {{ ref('int_log_events') }}
    where not is_play and {{ in_days('event_date', days) }}
),

plays as (
    select * from {{ ref('int_plays') }}
    where {{ in_days('event_date', days) }}
),

events as (
    select
        user_id,
        session_id,
        item_in_session,
        event_date,
        {{ epoch_ms_of('start_time') }} as event_ms,
        {{ epoch_ms_of('start_time') }} as end_ms,
        location,
        user_agent,
        page = 'Upgrade' as is_upgrade_view,
        page = 'Downgrade' as is_downgrade_view,
        false as is_play,
        false as is_paid,
        false as is_valid,
        '' as outcome,
        0 as listened_ms
    from other_events
    union all
    select
        user_id,
        session_id,
        item_in_session,
        event_date,
        {{ epoch_ms_of('start_time') }} as event_ms,
        {{ epoch_ms_of('start_time') }} + coalesce(listened_ms, 0) as end_ms,
        location,
        user_agent,
        false as is_upgrade_view,
        false as is_downgrade_view,
        true as is_play,
        level = 'paid' as is_paid,
        is_valid,
        outcome,
        coalesce(listened_ms, 0) as listened_ms
    from plays
),

events_with_listener as (
    select
        *,
        -- Events of nobody belong together by their session only.
        case when user_id is null then session_id end as session_of_nobody
    from events
),

events_in_turn as (
    select
        *,
        lag(session_id) over (
            partition by user_id, session_of_nobody, event_date
            order by event_ms, session_id, item_in_session
        ) as previous_session_id,
        max(end_ms) over (
            partition by user_id, session_of_nobody, event_date
            order by event_ms, session_id, item_in_session
            rows between unbounded preceding and 1 preceding
        ) as active_until_ms,
        row_number() over (
            partition by user_id, session_of_nobody, event_date
            order by event_ms desc, item_in_session desc, session_id desc
        ) as recency
    from events_with_listener
),

numbered_events as (
    select
        *,
        sum(
            case
                when
                    previous_session_id = session_id
                    and event_ms - active_until_ms < {{ var('session_gap_minutes') }} * 60000
                    then 0
                else 1
            end
        ) over (
            partition by user_id, session_of_nobody, event_date
            order by event_ms, session_id, item_in_session
            rows between unbounded preceding and current row
        ) as segment_number
    from events_in_turn
),

segments as (
    select
        user_id,
        session_id,
        event_date,
        cast(segment_number as int) as segment_number,
        min(event_ms) as start_ms,
        max(end_ms) as end_ms,
        count(*) as events,
        count_if(is_play) as plays,
        count_if(is_paid) as paid_plays,
        count_if(is_valid) as valid_plays,
        count_if(outcome = 'complete') as complete_plays,
        count_if(outcome = 'skipped') as skipped_plays,
        sum(listened_ms) as listened_ms,
        count_if(is_upgrade_view) as upgrade_views,
        count_if(is_downgrade_view) as downgrade_views,
        max(case when recency = 1 then location end) as location,
        max(case when recency = 1 then user_agent end) as user_agent
    from numbered_events
    group by user_id, session_id, event_date, segment_number
)

select * from segments
