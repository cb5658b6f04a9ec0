{{ config(materialized='view') }}

with log_rows as (
    select * from {{ ref('int_log_rows') }}
),

quarantined as (
    select
        source_file,
        loaded_at,
        rejection_reason as reason,
        rejected_field as field,
        raw_text
    from log_rows
    where not is_usable and rejection_reason <> 'erased'
)

select * from quarantined
