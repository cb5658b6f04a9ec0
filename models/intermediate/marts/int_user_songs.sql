with user_song_months as (
    select * from {{ ref('int_user_song_months') }}
),

user_songs as (
    select
        user_id,
        song_key,
        min(title) as title,
        min(artist) as artist,
        min(song_id) as song_id,
        min_by(artist_id, song_id) as artist_id,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
    from user_song_months
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
