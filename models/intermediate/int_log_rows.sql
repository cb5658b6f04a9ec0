{%- set content = [
    'start_time', 'session_id', 'item_in_session', 'page', 'method', 'status', 'auth', 'user_id', 'first_name',
    'last_name', 'gender', 'level', 'registered_at', 'location', 'user_agent', 'title', 'artist', 'duration',
] -%}
{%- set columns = ['rejection_reason', 'rejected_field', 'raw_text', 'source_file', 'loaded_at', 'arrived_at'] + content
    + ['is_play', 'is_usable', 'event_date'] -%}
{{ config(
    materialized='incremental', incremental_strategy='append', meta={'distribution': 'none'}, **partitions(['event_date'])
) }}
{%- set erased = erased_user_hashes() %}
{%- set arrivals = arrived_files('log_data') %}
{{ append_arrivals(
    arrivals, statements=erase_stored_rows(erased, content + ['raw_text', 'rejected_field']) if arrivals is not none else [], erased=local_md5(erased | join(' '))
) }}
with log_data as (
    select
        *,
        {{ is_of_erased_user(erased, 'user_id', 'raw_text') }} as is_erased
    from {{ ref('vw_log_data') }}
    where {{ of_arrived_files(arrivals) }}
),

pages as (
    select * from {{ ref('pages') }}
),

subscription_levels as (
    select * from {{ ref('subscription_levels') }}
),

rows_with_references as (
    select
        log_data.*,
        coalesce(pages.is_play, false) as is_play,
        subscription_levels.level is not null as is_known_level
    from log_data
    left join pages on log_data.page = pages.page
    left join subscription_levels on log_data.level = subscription_levels.level
),

checked_rows as (
    select
        *,
        case
            when is_erased then 'erased'
            when not is_utf8 then 'not_utf8'
            when not is_json_object then 'broken_json'
            when wrong_type_field is not null then 'wrong_type:' || wrong_type_field
            when ts is null then 'missing_value:ts'
            when page is null then 'missing_value:page'
            when session_id is null then 'missing_value:sessionId'
            when item_in_session is null then 'missing_value:itemInSession'
            when not {{ is_possible_time('ts', var('earliest_event')) }} then 'out_of_range:ts'
            when session_id < 0 then 'out_of_range:sessionId'
            when item_in_session < 0 then 'out_of_range:itemInSession'
            when user_id < 0 then 'out_of_range:userId'
            when not length between 0 and 86400 then 'out_of_range:length'
            when not {{ is_possible_time('registration', '2000-01-01') }} then 'out_of_range:registration'
            when not status between 100 and 599 then 'out_of_range:status'
            when is_play and user_id is null then 'play_without_user:userId'
            when is_play and not is_known_level then 'unknown_level:level'
        end as rejection
    from rows_with_references
),

timed_rows as (
    select
        *,
        case when rejection is null then {{ timestamp_from_epoch_ms('ts') }} end as start_time,
        case when rejection is null then {{ timestamp_from_epoch_ms('registration') }} end as registered_at
    from checked_rows
),

log_rows as (
    select
        {{ rejection_columns() | indent(8) }},
        source_file,
        loaded_at,
        {{ run_started() }} as arrived_at,

        start_time,
        session_id,
        item_in_session,
        page,
        method,
        try_cast(status as int) as status,
        auth,

        user_id,
        first_name,
        last_name,
        gender,
        level,
        registered_at,
        location,
        -- The raw logs put most of them into double quotes.
        nullif(
            case when user_agent like '"%"' then substr(user_agent, 2, length(user_agent) - 2) else user_agent end,
            ''
        ) as user_agent,

        {{ repaired_text('song') }} as title,
        {{ repaired_text('artist') }} as artist,
        length as duration,

        is_play and not is_erased as is_play,
        rejection is null as is_usable,
        {{ utc_date('coalesce(start_time, loaded_at)') }} as event_date
    from timed_rows
),

permitted_rows as (
    select
        {{ without_erased_content(columns, content, erased) | indent(8) }}
    from log_rows
)

select * from permitted_rows
