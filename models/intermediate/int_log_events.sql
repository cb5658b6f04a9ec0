{{ config(materialized='view') }}

with log_rows as (
    select * from {{ ref('int_log_rows') }}
),

usable_events as (
    select
        event_id,
        event_at,
        row_date as event_date,
        session_id,
        item_in_session,
        page,
        is_play,
        method,
        status,
        auth,
        user_id,
        first_name,
        last_name,
        gender,
        level,
        registered_at,
        location,
        user_agent,
        song,
        artist,
        length,
        loaded_at
    from log_rows
    where is_usable and verdict = 'kept'
)

select * from usable_events
