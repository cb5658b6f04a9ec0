{%- set content = [
    'title', 'duration', 'year', 'artist_id', 'artist_name', 'artist_location', 'artist_latitude', 'artist_longitude',
] -%}

with song_rows as (
    select * from {{ ref('int_song_rows') }}
    where is_usable
),

numbered_deliveries as (
    select
        *,
        row_number() over (
            partition by song_id
            order by {{ newest_delivery_first(content) }}
        ) as delivery_number
    from song_rows
),

songs as (
    select
        song_id,
        title,
        duration,
        year,
        artist_id,
        artist_name,
        artist_location,
        artist_latitude,
        artist_longitude,
        loaded_at
    from numbered_deliveries
    where delivery_number = 1
)

select * from songs
