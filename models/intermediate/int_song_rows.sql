{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set arrivals = arrived_files('song_data') %}
{{ append_arrivals(arrivals) }}
with songs_data as (
    select * from {{ ref('vw_songs_data') }}
    where {{ of_arrived_files(arrivals) }}
),

checked_rows as (
    select
        *,
        case
            when not is_utf8 then 'not_utf8'
            when not is_json_object then 'broken_json'
            when wrong_type_field is not null then 'wrong_type:' || wrong_type_field
            when song_id is null then 'missing_value:song_id'
            when not (duration > 0 and duration <= 86400) then 'out_of_range:duration'
            when not year between 0 and 2100 then 'out_of_range:year'
            when not artist_latitude between -90 and 90 then 'out_of_range:artist_latitude'
            when not artist_longitude between -180 and 180 then 'out_of_range:artist_longitude'
            when num_songs < 0 then 'out_of_range:num_songs'
        end as rejection
    from songs_data
),

song_rows as (
    select
        {{ rejection_columns() | indent(8) }},
        source_file,
        loaded_at,
        {{ run_started() }} as arrived_at,

        song_id,
        {{ repaired_text('title') }} as title,
        duration,
        case when rejection is null then try_cast(nullif(year, 0) as int) end as year,

        artist_id,
        {{ repaired_text('artist_name') }} as artist_name,
        artist_location,
        artist_latitude,
        artist_longitude,

        rejection is null as is_usable
    from checked_rows
)

select * from song_rows
