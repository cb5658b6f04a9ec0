{{ config(materialized='view') }}

with held_out_songs as (
    select
        user_songs.user_id,
        songs.popularity_rank as song_rank,
        songs.training_listeners
    from {{ ref('int_user_songs') }} as user_songs
    inner join {{ ref('int_played_songs') }} as songs on user_songs.song_key = songs.song_key
    where user_songs.is_held_out
),

-- Who has no held-out song is not evaluated.
candidates as (
    select recommendations.*
    from {{ ref('int_user_recommendations') }} as recommendations
    inner join held_out_songs on recommendations.user_id = held_out_songs.user_id
    where recommendations.split = 'training'
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

lists as (
    select
        method,
        user_id,
        song_rank
    from candidates
    union all
    select
        'co_listening_then_popularity' as method,
        user_id,
        song_rank
    from ranked_choices
    where recommendation_rank <= {{ var('recommendations') }}
),

methods as (
    select methods.method
    from (values ('co_listening'), ('popularity'), ('co_listening_then_popularity')) as methods (method)
),

totals as (
    select
        count(*) as evaluated_users,
        count_if(training_listeners > 0) as reachable_users
    from held_out_songs
),

results as (
    select
        lists.method,
        count(held_out_songs.user_id) as hits,
        count(distinct lists.song_rank) as recommended_songs
    from lists
    left join held_out_songs
        on
            lists.user_id = held_out_songs.user_id
            and lists.song_rank = held_out_songs.song_rank
    group by lists.method
),

evaluation as (
    select
        methods.method,
        {{ var('recommendations') }} as list_length,
        totals.evaluated_users,
        totals.reachable_users,
        coalesce(results.hits, 0) as hits,
        cast(coalesce(results.hits, 0) as double) / nullif(totals.evaluated_users, 0) as hit_rate,
        coalesce(results.recommended_songs, 0) as recommended_songs
    from methods
    cross join totals
    left join results on methods.method = results.method
)

select * from evaluation
