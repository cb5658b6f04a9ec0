with songs as (
    select * from {{ ref('int_played_songs') }}
),

-- A song with fewer listeners has no pair that counts.
user_songs as (
    select
        user_songs.user_id,
        user_songs.is_held_out,
        songs.popularity_rank as song_rank
    from {{ ref('int_user_songs') }} as user_songs
    inner join songs on user_songs.song_key = songs.song_key
    where user_songs.is_considered and songs.listeners >= {{ var('recommendation_min_co_listeners') }}
),

pairs as (
    select
        user_songs.song_rank,
        neighbours.song_rank as neighbour_rank,
        count(*) as co_listeners,
        count_if(not user_songs.is_held_out and not neighbours.is_held_out) as training_co_listeners
    from user_songs
    inner join user_songs as neighbours
        on
            user_songs.user_id = neighbours.user_id
            and user_songs.song_rank < neighbours.song_rank
    group by user_songs.song_rank, neighbours.song_rank
    having count(*) >= {{ var('recommendation_min_co_listeners') }}
),

directed_pairs as (
    select * from pairs
    union all
    select
        neighbour_rank as song_rank,
        song_rank as neighbour_rank,
        co_listeners,
        training_co_listeners
    from pairs
),

similar_pairs as (
    select
        directed_pairs.song_rank,
        directed_pairs.neighbour_rank,
        directed_pairs.co_listeners,
        neighbours.training_popularity_rank,
        cast(
            floor(
                cast(1000000 * directed_pairs.co_listeners * directed_pairs.co_listeners as double)
                / (
                    sqrt(cast(songs.listeners * neighbours.listeners as double))
                    * (directed_pairs.co_listeners + {{ var('recommendation_shrinkage') }})
                )
                + 0.5
            ) as bigint
        ) as similarity_millionths,
        case
            when directed_pairs.training_co_listeners >= {{ var('recommendation_min_co_listeners') }}
                then cast(
                    floor(
                        cast(
                            1000000 * directed_pairs.training_co_listeners
                            * directed_pairs.training_co_listeners as double
                        )
                        / (
                            sqrt(cast(songs.training_listeners * neighbours.training_listeners as double))
                            * (directed_pairs.training_co_listeners + {{ var('recommendation_shrinkage') }})
                        )
                        + 0.5
                    ) as bigint
                )
        end as training_similarity_millionths
    from directed_pairs
    inner join songs on directed_pairs.song_rank = songs.popularity_rank
    inner join songs as neighbours on directed_pairs.neighbour_rank = neighbours.popularity_rank
),

ranked_pairs as (
    select
        *,
        row_number() over (
            partition by song_rank
            order by similarity_millionths desc, neighbour_rank asc
        ) as similarity_rank,
        row_number() over (
            partition by song_rank
            order by training_similarity_millionths desc nulls last, training_popularity_rank asc
        ) as training_rank
    from similar_pairs
),

near_pairs as (
    select
        song_rank,
        neighbour_rank,
        co_listeners,
        similarity_rank,
        case
            when similarity_rank <= {{ var('recommendation_neighbours') }} then similarity_millionths
        end as similarity_millionths,
        case
            when training_rank <= {{ var('recommendation_neighbours') }} then training_similarity_millionths
        end as training_similarity_millionths
    from ranked_pairs
),

nearest_pairs as (
    select * from near_pairs
    where similarity_millionths is not null or training_similarity_millionths is not null
)

select * from nearest_pairs
