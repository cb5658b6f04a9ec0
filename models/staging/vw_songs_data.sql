with song_rows as (
    {{ read_json_lines('raw', 'song_data') | indent(4) }}
),

songs_data as (
    select
        source_file,
        loaded_at,
        line as raw_text,
        is_document,
        is_utf8,
        is_json_object,
        wrong_type_field,

        song_id,
        title,
        duration,
        year,
        num_songs,

        artist_id,
        artist_name,
        artist_location,
        artist_latitude,
        artist_longitude
    from song_rows
)

select * from songs_data
