with plays as (
    select * from {{ ref('int_log_events') }}
    where is_play
),

ranked_plays as (
    select
        *,
        row_number() over (
            partition by user_id
            order by event_at desc, item_in_session desc, session_id desc
        ) as recency
    from plays
),

newest_plays as (
    select
        user_id,
        first_name,
        last_name,
        gender,
        level
    from ranked_plays
    where recency = 1
)

select * from newest_plays
