{{ config(materialized='incremental', **partitions(['event_date'])) }}
{%- set days = days_to_build(partition_by_day, followed=['int_log_rows', 'songplays'], days_before=1) %}

with events as (
    select * from {{ ref('int_log_events') }}
    where {{ is_on('event_date', and_days_after(days)) }}
),

pages as (
    select * from {{ ref('pages') }}
),

matches as (
    select
        songplay_id,
        song_id,
        artist_id
    from {{ ref('songplays') }}
    where {{ is_on('event_date', days) }}
),

events_in_turn as (
    select
        events.*,
        {{ epoch_ms_of('events.event_at') }} as event_ms,
        lead({{ epoch_ms_of('events.event_at') }}) over (
            partition by events.session_id
            order by events.event_at, events.item_in_session
        ) as next_event_ms,
        lead(events.is_play) over (
            partition by events.session_id
            order by events.event_at, events.item_in_session
        ) as is_next_a_play
    from events
    inner join pages on events.page = pages.page
    where pages.is_end_of_play
),

plays as (
    select
        *,
        cast(floor(length * 1000 + 0.5) as bigint) as length_ms,
        -- A later end can't cut a song short, and the days that a run reads need not go further.
        case when next_event_ms - event_ms <= 86400000 then next_event_ms - event_ms end as ended_after_ms
    from events_in_turn
    where is_play and {{ is_on('event_date', days) }}
),

listened_plays as (
    select
        *,
        -- Of a null `least` makes a null on one engine and nothing on another.
        case when length_ms is not null then least(length_ms, coalesce(ended_after_ms, length_ms)) end as listened_ms,
        case
            when ended_after_ms is null or length_ms is null then 'unknown'
            when ended_after_ms >= floor(length) * 1000 then 'complete'
            when is_next_a_play then 'skipped'
            else 'stopped'
        end as outcome
    from plays
),

plays_with_songs as (
    select
        listened_plays.event_id,
        listened_plays.event_at,
        listened_plays.session_id,
        listened_plays.item_in_session,
        listened_plays.user_id,
        listened_plays.level,
        listened_plays.song as title,
        listened_plays.artist,
        matches.song_id,
        matches.artist_id,
        listened_plays.location,
        listened_plays.length_ms,
        listened_plays.listened_ms,
        listened_plays.outcome,
        coalesce(listened_plays.listened_ms >= {{ var('valid_play_seconds') }} * 1000, false) as is_valid,
        listened_plays.event_date
    from listened_plays
    left join matches on listened_plays.event_id = matches.songplay_id
)

select * from plays_with_songs
