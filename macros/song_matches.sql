{# CTEs that find the song of the catalogue for each play: best_matches, one row per title, artist and duration that was played and is
   in the catalogue. Of several songs the nearest in duration counts, then the smallest song_id, so that no play becomes two.
   `plays`: a CTE with title, artist and duration; a CTE `songs` must be there, of int_songs. #}
{% macro song_matches(plays) -%}
played_titles as (
    select distinct
        title,
        artist,
        duration
    from {{ plays }}
),

ranked_matches as (
    select
        played_titles.*,
        songs.song_id,
        songs.artist_id,
        row_number() over (
            partition by played_titles.title, played_titles.artist, played_titles.duration
            order by abs(songs.duration - played_titles.duration), songs.song_id
        ) as match_rank
    from played_titles
    inner join songs
        on
            played_titles.title = songs.title
            and played_titles.artist = songs.artist_name
            and abs(songs.duration - played_titles.duration) <= {{ var('song_match_tolerance_seconds') }}
),

best_matches as (
    select * from ranked_matches
    where match_rank = 1
)
{%- endmacro %}
