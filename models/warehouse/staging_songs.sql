select
    song_id,
    title,
    duration,
    year,
    artist_id,
    artist_name,
    artist_location,
    artist_latitude,
    artist_longitude
from {{ ref('int_songs') }}
