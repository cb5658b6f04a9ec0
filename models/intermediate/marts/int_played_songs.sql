with user_songs as (
    select * from {{ ref('int_user_songs') }}
),

matched_plays as (
    select * from {{ ref('int_plays') }}
    where song_id is not null
),

songs as (
    select
        song_key,
        title,
        artist,
        count_if(is_considered) as listeners,
        count_if(is_considered and not is_held_out) as training_listeners
    from user_songs
    group by song_key, title, artist
),

-- Apart, as a `min` of texts over all plays would sort them.
catalogue_ids as (
    select
        title,
        artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id
    from matched_plays
    group by title, artist
),

ranked_songs as (
    select
        songs.song_key,
        songs.title,
        songs.artist,
        catalogue_ids.song_id,
        catalogue_ids.artist_id,
        songs.listeners,
        songs.training_listeners,
        row_number() over (order by songs.listeners desc, songs.song_key asc) as popularity_rank,
        row_number() over (order by songs.training_listeners desc, songs.song_key asc) as training_popularity_rank
    from songs
    left join catalogue_ids
        on
            songs.title = catalogue_ids.title
            and songs.artist = catalogue_ids.artist
)

select * from ranked_songs
