with plays as (
    select * from {{ ref('int_log_events') }}
    where is_play
),

ranked_plays as (
    select
        user_id,
        event_at,
        level,
        row_number() over (
            partition by user_id, event_at
            order by item_in_session desc, session_id desc
        ) as recency
    from plays
),

levels_in_time as (
    select
        user_id,
        event_at,
        level,
        lag(level) over (partition by user_id order by event_at) as previous_level
    from ranked_plays
    where recency = 1
),

level_changes as (
    select
        user_id,
        level,
        event_at as valid_from,
        lead(event_at) over (partition by user_id order by event_at) as valid_to
    from levels_in_time
    where previous_level is null or previous_level <> level
),

spans as (
    select
        user_id,
        level,
        valid_from,
        valid_to,
        valid_to is null as is_current
    from level_changes
)

select * from spans
