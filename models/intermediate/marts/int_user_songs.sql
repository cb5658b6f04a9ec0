-- One shuffle serves the aggregation and all windows.
with plays as (
    select /*+ repartition(user_id) */
        user_id,
        song_key,
        start_time
    from {{ ref('int_plays') }}
    where song_key is not null
),

user_songs as (
    select
        user_id,
        song_key,
        min(start_time) as first_played_at,
        max(start_time) as last_played_at
    from plays
    group by user_id, song_key
),

considered_songs as (
    select
        *,
        row_number() over (partition by user_id order by last_played_at desc, song_key asc)
        <= {{ var('recommendation_history_songs') }} as is_considered
    from user_songs
),

held_out_songs as (
    select
        user_id,
        song_key,
        is_considered,
        is_considered
        and row_number() over (
            partition by user_id, is_considered
            order by first_played_at desc, song_key asc
        ) = 1
        and count(*) over (partition by user_id) > 1 as is_held_out
    from considered_songs
)

select * from held_out_songs
