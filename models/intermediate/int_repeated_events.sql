{%- set content = [
    'start_time', 'page', 'method', 'status', 'auth', 'user_id', 'first_name', 'last_name', 'gender', 'level', 'registered_at',
    'location', 'user_agent', 'title', 'artist', 'duration',
] -%}
{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['session_id', 'item_in_session']) }}
{%- set arrived = rows_arrived_in('int_log_rows') %}
{{ merge_plan(arrived) }}
with keys as (
    select
        session_id,
        item_in_session,
        event_date
    from {{ ref('int_log_rows') }}
    where is_usable
),

{% if arrived is not none -%}
arrived_keys as (
    select distinct
        session_id,
        item_in_session
    from {{ ref('int_log_rows') }}
    where is_usable and {{ arrived.condition }}
),

{% endif -%}
repeated_keys as (
    select
        keys.session_id,
        keys.item_in_session
    from keys
    {%- if arrived is not none %}
    inner join arrived_keys
        on
            keys.session_id = arrived_keys.session_id
            and keys.item_in_session = arrived_keys.item_in_session
    {%- endif %}
    group by keys.session_id, keys.item_in_session
    having count(*) > 1
),

deliveries as (
    select log_rows.*
    from {{ ref('int_log_rows') }} as log_rows
    inner join repeated_keys
        on
            log_rows.session_id = repeated_keys.session_id
            and log_rows.item_in_session = repeated_keys.item_in_session
    where log_rows.is_usable
),

numbered_deliveries as (
    select
        *,
        row_number() over (
            partition by session_id, item_in_session
            order by {{ newest_delivery_first(content) }}
        ) as delivery_number
    from deliveries
),

repeated_events as (
    select
        event_id,
        session_id,
        item_in_session,
        is_play,
        {{ content | join(',\n        ') }},
        source_file,
        loaded_at,
        arrived_at,
        event_date
    from numbered_deliveries
    where delivery_number = 1
)

select * from repeated_events
