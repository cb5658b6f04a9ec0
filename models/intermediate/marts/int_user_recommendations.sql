with user_songs as (
    select * from {{ ref('int_user_songs') }}
),

songs as (
    select * from {{ ref('int_played_songs') }}
),

neighbours as (
    select * from {{ ref('int_song_neighbours') }}
),

users as (
    select * from {{ ref('users') }}
),

-- What is known of each user: for the recommendations everything, for their evaluation all but the held-out song.
known_songs as (
    select
        'all' as split,
        user_id,
        song_key,
        is_considered
    from user_songs
    union all
    select
        'training' as split,
        user_id,
        song_key,
        is_considered
    from user_songs
    where not is_held_out
),

song_ranks as (
    select
        'all' as split,
        song_key,
        popularity_rank as song_rank
    from songs
    union all
    select
        'training' as split,
        song_key,
        training_popularity_rank as song_rank
    from songs
    where training_listeners > 0
),

listeners as (
    select
        'all' as split,
        users.user_id,
        count(user_songs.song_key) as songs
    from users
    left join user_songs on users.user_id = user_songs.user_id
    group by users.user_id
    union all
    select
        'training' as split,
        user_id,
        count(*) as songs
    from user_songs
    group by user_id
    having count_if(is_held_out) > 0
),

candidates as (
    select
        known_songs.split,
        known_songs.user_id,
        'co_listening' as method,
        neighbours.neighbour_key as song_key,
        sum(neighbours.similarity_millionths) as score_millionths
    from listeners
    inner join known_songs
        on
            listeners.split = known_songs.split
            and listeners.user_id = known_songs.user_id
    inner join neighbours
        on
            known_songs.split = neighbours.split
            and known_songs.song_key = neighbours.song_key
    where known_songs.is_considered
    group by known_songs.split, known_songs.user_id, neighbours.neighbour_key
    union all
    select
        listeners.split,
        listeners.user_id,
        'popularity' as method,
        song_ranks.song_key,
        cast(0 as bigint) as score_millionths
    from listeners
    inner join song_ranks
        on
            listeners.split = song_ranks.split
            -- So many that enough are left when those that the user knows are out.
            and listeners.songs + {{ var('recommendations') }} >= song_ranks.song_rank
),

ranked_candidates as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.split, candidates.user_id, candidates.method
            order by candidates.score_millionths desc, song_ranks.song_rank asc
        ) as method_rank
    from candidates
    inner join song_ranks
        on
            candidates.split = song_ranks.split
            and candidates.song_key = song_ranks.song_key
    left join known_songs
        on
            candidates.split = known_songs.split
            and candidates.user_id = known_songs.user_id
            and candidates.song_key = known_songs.song_key
    where known_songs.song_key is null
),

recommendations as (
    select * from ranked_candidates
    where method_rank <= {{ var('recommendations') }}
)

select * from recommendations
