with log_rows as (
    {{ read_json_lines('raw', 'log_data') | indent(4) }}
),

log_data as (
    select
        source_file,
        loaded_at,
        line as raw_text,
        is_document,
        is_utf8,
        is_json_object,
        wrong_type_field,

        page,
        ts,
        sessionId as session_id,
        itemInSession as item_in_session,
        method,
        status,
        auth,

        userId as user_id,
        firstName as first_name,
        lastName as last_name,
        gender,
        level,
        registration,
        location,
        userAgent as user_agent,

        song,
        artist,
        length
    from log_rows
)

select * from log_data
