{# CTE `best_matches`: one row for each title, artist and duration that matches a song of the catalogue. Of several songs the nearest in
   duration wins, then the smallest song_id, so that no play becomes two. `plays`: a CTE with title, artist and duration. It needs a CTE
   `songs` of int_songs. #}
{% macro song_matches(plays) -%}
matches as (
    {%- if var('song_match_tolerance_seconds') == 0 %}
    -- Known from the catalogue alone, so that no play is moved.
    select
        title,
        artist_name as artist,
        duration,
        song_id,
        artist_id,
        0 as distance
    from songs
    {%- else %}
    select distinct
        plays.title,
        plays.artist,
        plays.duration,
        songs.song_id,
        songs.artist_id,
        abs(songs.duration - plays.duration) as distance
    from {{ plays }} as plays
    inner join songs
        on
            plays.title = songs.title
            and plays.artist = songs.artist_name
            and abs(songs.duration - plays.duration) <= {{ var('song_match_tolerance_seconds') }}
    {%- endif %}
),

ranked_matches as (
    select
        *,
        row_number() over (
            partition by title, artist, duration
            order by distance asc, song_id asc
        ) as match_rank
    from matches
),

best_matches as (
    select * from ranked_matches
    where match_rank = 1
)
{%- endmacro %}
