{{ config(materialized='view') }}

with neighbours as (
    select * from {{ ref('int_song_neighbours') }}
    where similarity_rank <= {{ var('recommendations') }}
),

songs as (
    select * from {{ ref('int_played_songs') }}
),

candidates as (
    select
        song_rank,
        'co_listening' as method,
        similarity_rank as method_rank,
        neighbour_rank,
        similarity_millionths,
        co_listeners
    from neighbours
    union all
    select
        songs.popularity_rank as song_rank,
        'popularity' as method,
        popular_songs.popularity_rank as method_rank,
        popular_songs.popularity_rank as neighbour_rank,
        cast(null as bigint) as similarity_millionths,
        cast(null as bigint) as co_listeners
    from songs
    inner join songs as popular_songs on songs.popularity_rank <> popular_songs.popularity_rank
    where popular_songs.popularity_rank <= {{ var('recommendations') }} + 1
),

-- A song that both methods found counts once, for the better one.
placed_choices as (
    select
        *,
        row_number() over (partition by song_rank, neighbour_rank order by method asc) as place_of_method
    from candidates
),

ranked_choices as (
    select
        *,
        row_number() over (partition by song_rank order by method asc, method_rank asc) as recommendation_rank
    from placed_choices
    where place_of_method = 1
),

recommendations as (
    select
        songs.title,
        songs.artist,
        songs.song_id,
        cast(ranked_choices.recommendation_rank as int) as recommendation_rank,
        recommended_songs.title as recommended_title,
        recommended_songs.artist as recommended_artist,
        recommended_songs.song_id as recommended_song_id,
        ranked_choices.method,
        ranked_choices.co_listeners,
        cast(ranked_choices.similarity_millionths as double) / 1000000 as similarity
    from ranked_choices
    inner join songs on ranked_choices.song_rank = songs.popularity_rank
    inner join songs as recommended_songs on ranked_choices.neighbour_rank = recommended_songs.popularity_rank
    where ranked_choices.recommendation_rank <= {{ var('recommendations') }}
)

select * from recommendations
