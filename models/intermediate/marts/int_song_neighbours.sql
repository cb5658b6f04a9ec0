with songs as (
    select * from {{ ref('int_played_songs') }}
),

-- A song with fewer listeners has no pair that counts; most songs have one.
user_songs as (
    select
        user_songs.user_id,
        user_songs.song_key,
        user_songs.is_held_out
    from {{ ref('int_user_songs') }} as user_songs
    inner join songs on user_songs.song_key = songs.song_key
    where user_songs.is_considered and songs.listeners >= {{ var('recommendation_min_co_listeners') }}
),

pairs as (
    select
        user_songs.song_key,
        neighbours.song_key as neighbour_key,
        count(*) as co_listeners,
        count_if(not user_songs.is_held_out and not neighbours.is_held_out) as training_co_listeners
    from user_songs
    inner join user_songs as neighbours
        on
            user_songs.user_id = neighbours.user_id
            and user_songs.song_key <> neighbours.song_key
    group by user_songs.song_key, neighbours.song_key
),

counted_pairs as (
    select
        'all' as split,
        pairs.song_key,
        pairs.neighbour_key,
        pairs.co_listeners,
        songs.listeners,
        neighbours.listeners as neighbour_listeners,
        neighbours.popularity_rank as neighbour_rank
    from pairs
    inner join songs on pairs.song_key = songs.song_key
    inner join songs as neighbours on pairs.neighbour_key = neighbours.song_key
    union all
    select
        'training' as split,
        pairs.song_key,
        pairs.neighbour_key,
        pairs.training_co_listeners as co_listeners,
        songs.training_listeners as listeners,
        neighbours.training_listeners as neighbour_listeners,
        neighbours.training_popularity_rank as neighbour_rank
    from pairs
    inner join songs on pairs.song_key = songs.song_key
    inner join songs as neighbours on pairs.neighbour_key = neighbours.song_key
),

similar_pairs as (
    select
        *,
        cast(
            floor(
                cast(1000000 * co_listeners * co_listeners as double)
                / (
                    sqrt(cast(listeners * neighbour_listeners as double))
                    * (co_listeners + {{ var('recommendation_shrinkage') }})
                )
                + 0.5
            ) as bigint
        ) as similarity_millionths
    from counted_pairs
    where co_listeners >= {{ var('recommendation_min_co_listeners') }}
),

ranked_pairs as (
    select
        split,
        song_key,
        neighbour_key,
        co_listeners,
        similarity_millionths,
        row_number() over (
            partition by split, song_key
            order by similarity_millionths desc, neighbour_rank asc
        ) as similarity_rank
    from similar_pairs
),

nearest_pairs as (
    select * from ranked_pairs
    where similarity_rank <= {{ var('recommendation_neighbours') }}
)

select * from nearest_pairs
