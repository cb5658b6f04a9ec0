{{ config(materialized='incremental') }}
{%- set changed = changed_partitions('int_log_rows') %}

with log_rows as (
    select * from {{ ref('int_log_rows') }}
    where {{ is_in_partitions(changed) if changed is not none else 'true' }}
),

counted_rows as (
    select
        source_file,
        loaded_at,
        is_usable,
        row_date,
        verdict,
        is_play,
        count(*) as number_of_rows
    from log_rows
    group by source_file, loaded_at, is_usable, row_date, verdict, is_play
    {%- if changed is not none %}
    union all
    select
        source_file,
        loaded_at,
        is_usable,
        row_date,
        verdict,
        is_play,
        number_of_rows
    from {{ this }}
    where not {{ is_in_partitions(changed) }}
    {%- endif %}
)

select * from counted_rows
