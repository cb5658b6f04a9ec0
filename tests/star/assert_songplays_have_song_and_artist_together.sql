{# A play has a matched song and its artist, or neither. #}
select
    songplays.songplay_id,
    songplays.song_id,
    songplays.artist_id
from {{ ref('songplays') }} as songplays
left join {{ ref('songs') }} as songs on songplays.song_id = songs.song_id
where songplays.artist_id is distinct from songs.artist_id
