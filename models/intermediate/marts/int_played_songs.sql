with songs_of_weeks as (
    select
        title,
        artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id
    from {{ ref('song_popularity_weekly') }}
    group by title, artist
),

songs as (
    select
        {{ song_key('title', 'artist') }} as song_key,
        *
    from songs_of_weeks
),

listeners as (
    select
        song_key,
        count(*) as listeners,
        count_if(not is_held_out) as training_listeners
    from {{ ref('int_user_songs') }}
    where is_considered
    group by song_key
),

songs_with_listeners as (
    select
        songs.*,
        coalesce(listeners.listeners, 0) as listeners,
        coalesce(listeners.training_listeners, 0) as training_listeners
    from songs
    left join listeners on songs.song_key = listeners.song_key
),

ranked_songs as (
    select
        *,
        row_number() over (order by listeners desc, song_key asc) as popularity_rank,
        row_number() over (order by training_listeners desc, song_key asc) as training_popularity_rank
    from songs_with_listeners
)

select * from ranked_songs
