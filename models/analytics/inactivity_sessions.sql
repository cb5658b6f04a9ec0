with segments as (
    select * from {{ ref('int_activity_segments') }}
    where user_id is not null
),

{{ session_segments() }},

joined_segments as (
    select
        user_id,
        inactivity_session_start_ms as start_ms,
        max(end_ms) as end_ms,
        sum(events) as events,
        sum(plays) as plays,
        sum(paid_plays) as paid_plays,
        sum(valid_plays) as valid_plays,
        sum(complete_plays) as complete_plays,
        sum(skipped_plays) as skipped_plays,
        sum(listened_ms) as listened_ms,
        count(distinct session_id) as log_sessions
    from session_segments
    group by user_id, inactivity_session_start_ms
),

sessions as (
    select
        user_id,
        {{ timestamp_from_epoch_ms('start_ms') }} as started_at,
        {{ timestamp_from_epoch_ms('end_ms') }} as ended_at,
        {{ utc_date(timestamp_from_epoch_ms('start_ms')) }} as start_date,
        cast(end_ms - start_ms as double) / 60000 as duration_minutes,
        events,
        plays,
        paid_plays,
        valid_plays,
        complete_plays,
        skipped_plays,
        cast(listened_ms as double) / 60000 as listening_minutes,
        log_sessions
    from joined_segments
)

select * from sessions
