with plays as (
    select * from {{ ref('int_plays') }}
    where title is not null and artist is not null
),

played_songs as (
    select
        user_id,
        title,
        artist,
        min(start_time) as first_played_at,
        max(start_time) as last_played_at
    from plays
    group by user_id, title, artist
),

user_songs as (
    select
        user_id,
        {{ song_key('title', 'artist') }} as song_key,
        title,
        artist,
        first_played_at,
        last_played_at
    from played_songs
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
        *,
        is_considered
        and row_number() over (
            partition by user_id, is_considered
            order by first_played_at desc, song_key asc
        ) = 1
        and count(*) over (partition by user_id) > 1 as is_held_out
    from considered_songs
)

select * from held_out_songs
