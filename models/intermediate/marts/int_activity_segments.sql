{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['months(event_date)'])) }}
{%- set days = days_to_build('month', days_before=1) %}
{{ replace_days('event_date', days) }}
with events as (
    select * from {{ ref('int_log_events') }}
    where {{ in_days('event_date', days) }}
),

plays as (
    select * from {{ ref('int_plays') }}
    where {{ in_days('event_date', days) }}
),

heard_events as (
    select
        events.user_id,
        -- Events of nobody belong together by their session only.
        case when events.user_id is null then events.session_id end as session_of_nobody,
        events.session_id,
        events.item_in_session,
        events.event_date,
        {{ epoch_ms_of('events.start_time') }} as event_ms,
        {{ epoch_ms_of('events.start_time') }} + coalesce(plays.listened_ms, 0) as end_ms,
        plays.event_id is not null as is_play,
        coalesce(plays.listened_ms, 0) as listened_ms,
        coalesce(plays.is_valid, false) as is_valid,
        coalesce(plays.outcome, '') as outcome,
        coalesce(plays.level = 'paid', false) as is_paid
    from events
    left join plays on events.event_id = plays.event_id
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
        ) as active_until_ms
    from heard_events
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
        sum(listened_ms) as listened_ms
    from numbered_events
    group by user_id, session_id, event_date, segment_number
)

select * from segments
