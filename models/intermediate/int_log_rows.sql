{{ config(materialized='incremental', partition_by=['is_usable', 'row_date']) }}
{%- set arrival = log_arrival() -%}
{%- set content = [
    'event_at', 'page', 'method', 'status', 'auth', 'user_id', 'first_name', 'last_name', 'gender', 'level', 'registered_at',
    'location', 'user_agent', 'song', 'artist', 'length',
] -%}
{%- set columns = [
    'rejection_reason', 'rejected_field', 'raw_text', 'source_file', 'loaded_at', 'event_id', 'session_id', 'item_in_session',
    'is_play',
] + content + ['is_usable', 'row_date'] %}

with arrived_rows as (
    select * from {{ 'arrived_log_rows' if arrival else ref('int_judged_log_rows') }}
),

{% if arrival -%}
stored_rows as (
    select * from {{ this }}
    where
        {{ is_in_partitions(arrival.partitions) }}
        and source_file not in ({{ text_list(arrival.files) }})
),

contested_keys as (
    select * from contested_log_keys
),

uncontested_rows as (
    select stored_rows.*
    from stored_rows
    left join contested_keys
        on
            stored_rows.session_id = contested_keys.session_id
            and stored_rows.item_in_session = contested_keys.item_in_session
    where not stored_rows.is_usable or contested_keys.session_id is null
),

{% endif -%}
deliveries as (
    select {{ columns | join(', ') }} from arrived_rows
    where is_usable
    {%- if arrival %}
    union all
    select stored_rows.{{ columns | join(', stored_rows.') }} from stored_rows
    inner join contested_keys
        on
            stored_rows.session_id = contested_keys.session_id
            and stored_rows.item_in_session = contested_keys.item_in_session
    where stored_rows.is_usable
    {%- endif %}
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

rows_with_verdict as (
    select
        case when delivery_number = 1 then 'kept' else 'duplicate' end as verdict,
        {{ columns | join(', ') }}
    from numbered_deliveries
    union all
    select
        'quarantined' as verdict,
        {{ columns | join(', ') }}
    from arrived_rows
    where not is_usable
    {%- if arrival %}
    union all
    select
        verdict,
        {{ columns | join(', ') }}
    from uncontested_rows
    {%- endif %}
)

select * from rows_with_verdict
