with songplays as (
    select * from {{ ref('songplays') }}
),

artists as (
    select * from {{ ref('artists') }}
),

plays as (
    select
        artists.artist_id,
        artists.name,
        count(*) as plays,
        count(distinct songplays.user_id) as listeners
    from songplays
    inner join artists on songplays.artist_id = artists.artist_id
    group by artists.artist_id, artists.name
    order by plays desc, listeners desc, artists.artist_id asc
)

select * from plays
