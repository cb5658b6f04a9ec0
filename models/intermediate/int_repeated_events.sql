{%- set content = [
    'start_time', 'page', 'method', 'status', 'auth', 'user_id', 'first_name', 'last_name', 'gender', 'level', 'registered_at',
    'location', 'user_agent', 'title', 'artist', 'duration',
] -%}

-- Keys by 32 items of a session: a sum of powers of 2 has as many ones as rows only if no item is there twice.
with repeated_keys as (
    select
        session_id,
        item_in_session - mod(item_in_session, 32) as first_item,
        min(event_date) as first_date,
        max(event_date) as last_date
    from {{ ref('int_log_rows') }}
    where is_usable
    group by session_id, item_in_session - mod(item_in_session, 32)
    having {{ number_of_ones('sum(cast(power(2, mod(item_in_session, 32)) as bigint))') }} < count(*)
),

calendar as (
    {{ calendar_days('repeated_keys', 'first_date', 'last_date') }}
),

repeated_days as (
    select distinct day from calendar
),

-- Whole rows are read of these days only.
rows_of_days as (
    select /*+ broadcast(repeated_days) */ log_rows.*
    from {{ ref('int_log_rows') }} as log_rows
    inner join repeated_days on log_rows.event_date = repeated_days.day
    where log_rows.is_usable
),

deliveries as (
    select rows_of_days.*
    from rows_of_days
    inner join repeated_keys
        on
            rows_of_days.session_id = repeated_keys.session_id
            and rows_of_days.item_in_session - mod(rows_of_days.item_in_session, 32) = repeated_keys.first_item
),

numbered_deliveries as (
    select
        *,
        count(*) over (partition by session_id, item_in_session) as deliveries,
        row_number() over (
            partition by session_id, item_in_session
            order by {{ newest_delivery_first(content) }}
        ) as delivery_number
    from deliveries
),

repeated_events as (
    select
        session_id,
        item_in_session,
        is_play,
        {{ content | join(',\n        ') }},
        source_file,
        loaded_at,
        arrived_at,
        event_date
    from numbered_deliveries
    where deliveries > 1 and delivery_number = 1
)

select * from repeated_events
