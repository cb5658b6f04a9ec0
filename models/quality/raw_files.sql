{{ config(materialized='incremental', incremental_strategy='append', enabled=target.type == 'spark') }}
{%- set changes = changed_raw_files() %}
{{ append_arrivals(changes, statements=changes.statements if changes is not none else []) }}
with looks as (
    {{ looks_at_raw_files(changes) | indent(4) }}
),

files as (
    select
        source_name,
        source_file,
        max(loaded_at) as loaded_at,
        max(bytes) as bytes,
        max(content) as content,
        max(bytes) - sum(bytes_of_line) as bytes_left_out,
        -- Of an array with an object a line all but the last one end in a comma.
        bool_or(is_bracket) and count_if(is_object) < 2 as is_large_document
    from looks
    group by source_name, source_file
),

files_with_reason as (
    select
        *,
        case
            when bytes = 0 then null
            when
                content = 3
                or lower(source_file) rlike '[.](zip|7z|rar|xz|zst|lz4|lzo|snappy|tar|tgz)$'
                then 'unknown_compression'
            when content = 4 then 'utf16'
            when content is null then 'unreadable'
            when bytes_left_out > {{ var('max_line_bytes') }} then 'line_too_long'
            when is_large_document then 'large_document'
        end as reason
    from files
),

raw_files as (
    select
        source_name,
        source_file,
        loaded_at,
        {{ run_started() }} as arrived_at,
        bytes,
        case
            when reason is not null then null
            when content = 1 then 'lines'
            when content = 2 then 'document'
        end as layout,
        reason
    from files_with_reason
)

select * from raw_files
