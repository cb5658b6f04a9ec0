{{ config(materialized='view') }}

with candidates as (
    select * from {{ ref('int_user_recommendations') }}
    where split = 'all'
),

songs as (
    select * from {{ ref('int_played_songs') }}
),

-- A song that both methods found counts once, for the better one.
placed_choices as (
    select
        *,
        row_number() over (partition by user_id, song_rank order by method asc) as place_of_method
    from candidates
),

ranked_choices as (
    select
        *,
        row_number() over (partition by user_id order by method asc, method_rank asc) as recommendation_rank
    from placed_choices
    where place_of_method = 1
),

recommendations as (
    select
        ranked_choices.user_id,
        cast(ranked_choices.recommendation_rank as int) as recommendation_rank,
        songs.title,
        songs.artist,
        songs.song_id,
        songs.artist_id,
        ranked_choices.method,
        case
            when ranked_choices.method = 'co_listening'
                then cast(ranked_choices.score_millionths as double) / 1000000
        end as score
    from ranked_choices
    inner join songs on ranked_choices.song_rank = songs.popularity_rank
    where ranked_choices.recommendation_rank <= {{ var('recommendations') }}
)

select * from recommendations
