{{ config(materialized='view') }}
{%- set columns = [
    'start_time', 'event_date', 'session_id', 'item_in_session', 'page', 'is_play', 'method', 'status', 'auth', 'user_id',
    'first_name', 'last_name', 'gender', 'level', 'registered_at', 'location', 'user_agent', 'title', 'artist', 'duration',
    'source_file', 'loaded_at', 'arrived_at',
] %}

with log_rows as (
    select * from {{ ref('int_log_rows') }}
    where is_usable
),

repeated_events as (
    select * from {{ ref('int_repeated_events') }}
),

delivered_events as (
    select
        log_rows.{{ columns | join(',\n        log_rows.') }}
    from log_rows
    left join repeated_events
        on
            log_rows.session_id = repeated_events.session_id
            and log_rows.item_in_session = repeated_events.item_in_session
    where repeated_events.session_id is null
    union all
    select
        {{ columns | join(',\n        ') }}
    from repeated_events
),

events as (
    select
        {{ event_key(['session_id', 'item_in_session']) }} as event_id,
        *
    from delivered_events
)

select * from events
