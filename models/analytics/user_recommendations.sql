with candidates as (
    select * from {{ ref('int_user_recommendations') }}
    where split = 'all'
),

songs as (
    select * from {{ ref('int_played_songs') }}
),

first_choices as (
    select * from candidates
    where method = 'co_listening'
),

-- A song that both methods found counts once, for the better one.
choices as (
    select * from first_choices
    union all
    select candidates.*
    from candidates
    left join first_choices
        on
            candidates.user_id = first_choices.user_id
            and candidates.song_key = first_choices.song_key
    where candidates.method = 'popularity' and first_choices.song_key is null
),

ranked_choices as (
    select
        *,
        row_number() over (partition by user_id order by method asc, method_rank asc) as recommendation_rank
    from choices
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
    inner join songs on ranked_choices.song_key = songs.song_key
    where ranked_choices.recommendation_rank <= {{ var('recommendations') }}
)

select * from recommendations
