{{ config(materialized='view') }}

with song_rows as (
    select * from {{ ref('int_song_rows') }}
),

quarantined as (
    select
        source_file,
        loaded_at,
        rejection_reason as reason,
        rejected_field as field,
        raw_text
    from song_rows
    where not is_usable
)

select * from quarantined
