with songs as (
    select * from {{ ref('int_played_songs') }}
),

-- A song with fewer listeners has no pair that counts. Of the many pairs numbers are smaller than keys.
user_songs as (
    select
        user_songs.user_id,
        user_songs.is_held_out,
        songs.popularity_rank as song_number
    from {{ ref('int_user_songs') }} as user_songs
    inner join songs on user_songs.song_key = songs.song_key
    where user_songs.is_considered and songs.listeners >= {{ var('recommendation_min_co_listeners') }}
),

pairs as (
    select
        user_songs.song_number,
        neighbours.song_number as neighbour_number,
        count(*) as co_listeners,
        count_if(not user_songs.is_held_out and not neighbours.is_held_out) as training_co_listeners
    from user_songs
    inner join user_songs as neighbours
        on
            user_songs.user_id = neighbours.user_id
            and user_songs.song_number < neighbours.song_number
    group by user_songs.song_number, neighbours.song_number
    having count(*) >= {{ var('recommendation_min_co_listeners') }}
),

variants as (
    select
        variants.split,
        variants.is_reversed
    from (
        values ('all', false), ('all', true), ('training', false), ('training', true)
    ) as variants (split, is_reversed)
),

counted_pairs as (
    select
        variants.split,
        case when variants.is_reversed then neighbours.song_key else songs.song_key end as song_key,
        case when variants.is_reversed then songs.song_key else neighbours.song_key end as neighbour_key,
        case
            when variants.split = 'all' then pairs.co_listeners
            else pairs.training_co_listeners
        end as co_listeners,
        case
            when variants.split = 'all' then songs.listeners * neighbours.listeners
            else songs.training_listeners * neighbours.training_listeners
        end as listeners_squared,
        case
            when variants.split = 'all' and variants.is_reversed then songs.popularity_rank
            when variants.split = 'all' then neighbours.popularity_rank
            when variants.is_reversed then songs.training_popularity_rank
            else neighbours.training_popularity_rank
        end as neighbour_rank
    from pairs
    inner join songs on pairs.song_number = songs.popularity_rank
    inner join songs as neighbours on pairs.neighbour_number = neighbours.popularity_rank
    cross join variants
),

similar_pairs as (
    select
        *,
        cast(
            floor(
                cast(1000000 * co_listeners * co_listeners as double)
                / (
                    sqrt(cast(listeners_squared as double))
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
