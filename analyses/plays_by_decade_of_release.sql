with songplays as (
    select * from {{ ref('songplays') }}
),

songs as (
    select * from {{ ref('songs') }}
),

decades as (
    select
        songs.year - mod(songs.year, 10) as decade,
        count(*) as plays
    from songplays
    inner join songs on songplays.song_id = songs.song_id
    group by songs.year - mod(songs.year, 10)
    order by decade asc nulls last
)

select * from decades
