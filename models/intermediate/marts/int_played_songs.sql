with matched_songs as (
    select distinct
        song_key,
        title,
        artist,
        song_id,
        artist_id
    from {{ ref('int_plays') }}
    where song_key is not null
),

songs as (
    select
        song_key,
        title,
        artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id
    from matched_songs
    group by song_key, title, artist
),

listeners as (
    select
        song_key,
        count_if(is_considered) as listeners,
        count_if(is_considered and not is_held_out) as training_listeners
    from {{ ref('int_user_songs') }}
    group by song_key
),

ranked_songs as (
    select
        songs.*,
        listeners.listeners,
        listeners.training_listeners,
        row_number() over (order by listeners.listeners desc, songs.song_key asc) as popularity_rank,
        row_number() over (order by listeners.training_listeners desc, songs.song_key asc) as training_popularity_rank
    from songs
    inner join listeners on songs.song_key = listeners.song_key
)

select * from ranked_songs
