{{ config(materialized='view') }}

{%- set columns = [
    'raw_text', 'page', 'ts', 'session_id', 'item_in_session', 'method', 'status', 'auth', 'user_id', 'first_name', 'last_name',
    'gender', 'level', 'registration', 'location', 'user_agent', 'song', 'artist', 'length',
] %}

with log_data as (
    select
        *,
        {{ is_of_erased_user('user_id', 'raw_text') }} as is_erased
    from {{ ref('vw_log_data') }}
),

permitted_data as (
    select
        source_file,
        loaded_at,
        is_erased,
        is_erased or is_utf8 as is_utf8,
        is_json_object,
        wrong_type_field,
        {{ unless('is_erased', columns) | indent(8) }}
    from log_data
),

pages as (
    select * from {{ ref('pages') }}
),

subscription_levels as (
    select * from {{ ref('subscription_levels') }}
),

rows_with_references as (
    select
        permitted_data.*,
        coalesce(pages.is_play, false) as is_play,
        subscription_levels.level is not null as is_known_level
    from permitted_data
    left join pages on permitted_data.page = pages.page
    left join subscription_levels on permitted_data.level = subscription_levels.level
),

judged_rows as (
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
        case when rejection is null then {{ timestamp_from_epoch_ms('ts') }} end as event_at,
        case when rejection is null then {{ timestamp_from_epoch_ms('registration') }} end as registered_at
    from judged_rows
),

log_rows as (
    select
        {{ rejection_columns() | indent(8) }},
        source_file,
        loaded_at,

        case when not is_erased then {{ event_key(['session_id', 'item_in_session']) }} end as event_id,
        event_at,
        session_id,
        item_in_session,
        page,
        is_play,
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
        {{ without_quotes('user_agent') }} as user_agent,

        song,
        artist,
        length,

        rejection is null as is_usable,
        {{ utc_date('coalesce(event_at, loaded_at)') }} as row_date
    from timed_rows
)

select * from log_rows
