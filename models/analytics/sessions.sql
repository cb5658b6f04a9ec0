with segments as (
    select * from {{ ref('int_activity_segments') }}
),

{{ session_segments() }},

ranked_segments as (
    select
        *,
        row_number() over (
            partition by session_id
            order by case when user_id is null then 1 else 0 end, start_ms desc, user_id desc
        ) as user_rank
    from session_segments
),

joined_segments as (
    select
        session_id,
        max(case when user_rank = 1 then user_id end) as user_id,
        min(start_ms) as start_ms,
        max(end_ms) as end_ms,
        sum(events) as events,
        sum(plays) as plays,
        sum(paid_plays) as paid_plays,
        sum(valid_plays) as valid_plays,
        sum(complete_plays) as complete_plays,
        sum(skipped_plays) as skipped_plays,
        sum(listened_ms) as listened_ms,
        count(distinct case when user_id is not null then inactivity_session_start_ms end) as inactivity_sessions
    from ranked_segments
    group by session_id
),

sessions as (
    select
        session_id,
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
        inactivity_sessions
    from joined_segments
)

select * from sessions
