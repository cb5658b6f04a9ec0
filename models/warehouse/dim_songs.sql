select
    song_id,
    title,
    artist_id,
    year,
    duration
from {{ ref('songs') }}
