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

splits as (
    select splits.split
    from (values ('all'), ('training')) as splits (split)
),

-- What is known of each user: for the recommendations everything, for their evaluation all but the held-out song.
known_songs as (
    select
        splits.split,
        user_songs.user_id,
        user_songs.song_key,
        user_songs.is_considered
    from user_songs
    cross join splits
    where splits.split = 'all' or not user_songs.is_held_out
),

song_ranks as (
    select
        splits.split,
        songs.song_key,
        case when splits.split = 'all' then songs.popularity_rank else songs.training_popularity_rank end as song_rank
    from songs
    cross join splits
    where splits.split = 'all' or songs.training_listeners > 0
),

-- Who has no held-out song is not evaluated.
listeners as (
    select
        splits.split,
        users.user_id,
        count(user_songs.song_key) as songs
    from users
    cross join splits
    left join user_songs on users.user_id = user_songs.user_id
    group by splits.split, users.user_id
    having splits.split = 'all' or count_if(user_songs.is_held_out) > 0
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
