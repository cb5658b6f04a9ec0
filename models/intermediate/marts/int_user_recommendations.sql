{%- set most_popular = 10 * var('recommendations') %}
with songs as (
    select * from {{ ref('int_played_songs') }}
),

user_songs as (
    select
        user_songs.user_id,
        songs.popularity_rank as song_rank,
        songs.training_popularity_rank as training_rank,
        user_songs.is_considered,
        user_songs.is_held_out
    from {{ ref('int_user_songs') }} as user_songs
    inner join songs on user_songs.song_key = songs.song_key
),

-- So many of the most popular songs that enough are left without those that the user knows.
listeners as (
    select
        users.user_id,
        case
            when
                count_if(least(user_songs.song_rank, user_songs.training_rank) <= {{ most_popular }})
                <= {{ most_popular - var('recommendations') }}
                then {{ most_popular }}
            else count(user_songs.song_rank) + {{ var('recommendations') }}
        end as popular_songs
    from {{ ref('users') }} as users
    left join user_songs on users.user_id = user_songs.user_id
    group by users.user_id
),

-- What is near to a user's songs, what is popular, and what the user knows, for one aggregation.
user_song_facts as (
    select
        user_songs.user_id,
        neighbours.neighbour_rank as song_rank,
        neighbours.similarity_millionths as score,
        case when not user_songs.is_held_out then neighbours.training_similarity_millionths end as training_score,
        false as is_popular,
        false as is_known,
        false as is_known_in_training
    from user_songs
    inner join {{ ref('int_song_neighbours') }} as neighbours on user_songs.song_rank = neighbours.song_rank
    where user_songs.is_considered
    union all
    select
        listeners.user_id,
        songs.popularity_rank as song_rank,
        cast(null as bigint) as score,
        cast(null as bigint) as training_score,
        true as is_popular,
        false as is_known,
        false as is_known_in_training
    from listeners
    inner join songs
        on listeners.popular_songs >= songs.popularity_rank or listeners.popular_songs >= songs.training_popularity_rank
    union all
    select
        user_id,
        song_rank,
        cast(null as bigint) as score,
        cast(null as bigint) as training_score,
        false as is_popular,
        true as is_known,
        not is_held_out as is_known_in_training
    from user_songs
),

-- One shuffle serves the aggregation and the ranking.
facts_by_user as (
    select /*+ repartition(user_id) */ * from user_song_facts
),

possible_songs as (
    select
        user_id,
        song_rank,
        sum(score) as score,
        sum(training_score) as training_score,
        count_if(is_popular) > 0 as is_popular,
        count_if(is_known) > 0 as is_known,
        count_if(is_known_in_training) > 0 as is_known_in_training
    from facts_by_user
    group by user_id, song_rank
),

lists as (
    select lists.* from (
        values
        ('all', 'co_listening'), ('all', 'popularity'), ('training', 'co_listening'), ('training', 'popularity')
    ) as lists (split, method)
),

scored_songs as (
    select
        lists.split,
        possible_songs.user_id,
        lists.method,
        possible_songs.song_rank,
        case
            when lists.method = 'co_listening' and lists.split = 'all' then possible_songs.score
            when lists.method = 'co_listening' then possible_songs.training_score
            when possible_songs.is_popular and (lists.split = 'all' or songs.training_listeners > 0) then 0
        end as score_millionths,
        case
            when lists.split = 'all' then songs.popularity_rank
            else songs.training_popularity_rank
        end as popularity_rank
    from possible_songs
    inner join songs on possible_songs.song_rank = songs.popularity_rank
    cross join lists
    where
        (lists.split = 'all' and not possible_songs.is_known)
        or (lists.split = 'training' and not possible_songs.is_known_in_training)
),

ranked_songs as (
    select
        split,
        user_id,
        method,
        song_rank,
        score_millionths,
        row_number() over (
            partition by split, user_id, method
            order by score_millionths desc, popularity_rank asc
        ) as method_rank
    from scored_songs
    where score_millionths is not null
),

recommendations as (
    select * from ranked_songs
    where method_rank <= {{ var('recommendations') }}
)

select * from recommendations
