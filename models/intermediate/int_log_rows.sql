{{ config(
    materialized='incremental',
    meta={'sorted_by': ['user_id', 'event_at']},
    post_hook="{{ note_erased_users() }}",
    **partitions(['is_usable', 'row_date'])
) }}
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

remaining_rows as (
    select * from stored_rows
    where not ({{ is_of_erased_user('user_id', 'raw_text') if arrival.erases else 'false' }})
),

erased_rows as (
    select
        'erased' as verdict,
        {%- for column in columns %}
        {% if column in ['source_file', 'loaded_at'] -%}
        {{ column }}
        {%- elif column in ['is_play', 'is_usable'] -%}
        false as {{ column }}
        {%- elif column == 'row_date' -%}
        {{ utc_date('loaded_at') }} as row_date
        {%- else -%}
        nullif({{ column }}, {{ column }}) as {{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from stored_rows
    where {{ is_of_erased_user('user_id', 'raw_text') if arrival.erases else 'false' }}
),

contested_keys as (
    select
        *,
        true as is_contested
    from contested_log_keys
),

stored_deliveries as (
    select
        remaining_rows.*,
        remaining_rows.is_usable and contested_keys.is_contested is not null as is_contested
    from remaining_rows
    left join contested_keys
        on
            remaining_rows.session_id = contested_keys.session_id
            and remaining_rows.item_in_session = contested_keys.item_in_session
),

{% endif -%}
deliveries as (
    select
        {{ columns | join(',\n        ') }}
    from arrived_rows
    {%- if arrival %}
    union all
    select
        {{ columns | join(',\n        ') }}
    from stored_deliveries
    where is_contested
    {%- endif %}
),

numbered_deliveries as (
    select
        *,
        row_number() over (
            partition by session_id, item_in_session, is_usable, raw_text
            order by {{ newest_delivery_first(content) }}
        ) as delivery_number
    from deliveries
),

rows_with_verdict as (
    select
        case
            when rejection_reason = 'erased' then 'erased'
            when not is_usable then 'quarantined'
            when delivery_number = 1 then 'kept'
            else 'duplicate'
        end as verdict,
        {{ columns | join(',\n        ') }}
    from numbered_deliveries
    {%- if arrival %}
    union all
    select
        verdict,
        {{ columns | join(',\n        ') }}
    from stored_deliveries
    where not is_contested
    union all
    select
        verdict,
        {{ columns | join(',\n        ') }}
    from erased_rows
    {%- endif %}
)

select * from rows_with_verdict
