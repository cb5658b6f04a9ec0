with user_songs as (
    select * from {{ ref('int_user_songs') }}
),

songs as (
    select
        song_key,
        min(title) as title,
        min(artist) as artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id,
        count_if(is_considered) as listeners,
        count_if(is_considered and not is_held_out) as training_listeners
    from user_songs
    group by song_key
),

ranked_songs as (
    select
        *,
        row_number() over (order by listeners desc, song_key asc) as popularity_rank,
        row_number() over (order by training_listeners desc, song_key asc) as training_popularity_rank
    from songs
)

select * from ranked_songs
