{{ config(materialized='incremental') }}
{%- set files = arrived_song_files() -%}
{%- set content = [
    'title', 'duration', 'year', 'artist_id', 'artist_name', 'artist_location', 'artist_latitude', 'artist_longitude',
] -%}
{%- set columns = [
    'rejection_reason', 'rejected_field', 'raw_text', 'source_file', 'loaded_at', 'song_id',
] + content + ['is_usable'] %}

with arrived_rows as (
    select * from {{ ref('int_judged_song_rows') }}
    {%- if files is not none %}
    where source_file in ({{ text_list(files) }})
    {%- endif %}
),

deliveries as (
    select
        {{ columns | join(',\n        ') }}
    from arrived_rows
    {%- if files is not none %}
    union all
    select
        {{ columns | join(',\n        ') }}
    from {{ this }}
    where source_file not in ({{ text_list(files) }})
    {%- endif %}
),

numbered_deliveries as (
    select
        *,
        row_number() over (
            partition by song_id, is_usable
            order by {{ newest_delivery_first(content) }}
        ) as delivery_number
    from deliveries
),

rows_with_verdict as (
    select
        case
            when not is_usable then 'quarantined'
            when delivery_number = 1 then 'kept'
            else 'duplicate'
        end as verdict,
        {{ columns | join(',\n        ') }}
    from numbered_deliveries
)

select * from rows_with_verdict
