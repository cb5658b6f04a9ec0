with songs as (
    select
        song_id,
        title,
        artist_id,
        year,
        duration
    from {{ ref('int_songs') }}
)

select * from songs
