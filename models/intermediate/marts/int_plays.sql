{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['event_date'])) }}
{%- set days = days_to_build(days_before=1) %}
{{ replace_days('event_date', days) }}
with events as (
    select * from {{ ref('int_log_events') }}
    where {{ in_days('event_date', days, days_after=1) }}
),

pages as (
    select * from {{ ref('pages') }}
),

songs as (
    select * from {{ ref('int_songs') }}
),

events_in_turn as (
    select
        events.*,
        {{ epoch_ms_of('events.start_time') }} as event_ms,
        lead({{ epoch_ms_of('events.start_time') }}) over (
            partition by events.session_id
            order by events.start_time, events.item_in_session
        ) as next_event_ms,
        lead(events.is_play) over (
            partition by events.session_id
            order by events.start_time, events.item_in_session
        ) as is_next_a_play
    from events
    inner join pages on events.page = pages.page
    where pages.is_end_of_play
),

plays as (
    select
        *,
        cast(floor(duration * 1000 + 0.5) as bigint) as duration_ms,
        -- A later end can't cut a song short, and the days that a run reads need not go further.
        case when next_event_ms - event_ms <= 86400000 then next_event_ms - event_ms end as ended_after_ms
    from events_in_turn
    where is_play and {{ in_days('event_date', days) }}
),

listened_plays as (
    select
        *,
        -- Of a null `least` makes a null on one engine and nothing on another.
        case
            when duration_ms is not null then least(duration_ms, coalesce(ended_after_ms, duration_ms))
        end as listened_ms,
        case
            when ended_after_ms is null or duration_ms is null then 'unknown'
            when ended_after_ms >= floor(duration) * 1000 then 'complete'
            when is_next_a_play then 'skipped'
            else 'stopped'
        end as outcome
    from plays
),

{{ song_matches('listened_plays') }},

plays_with_songs as (
    select
        listened_plays.event_id,
        listened_plays.start_time,
        listened_plays.session_id,
        listened_plays.item_in_session,
        listened_plays.user_id,
        listened_plays.level,
        listened_plays.title,
        listened_plays.artist,
        {{ song_key('listened_plays.title', 'listened_plays.artist') }} as song_key,
        best_matches.song_id,
        best_matches.artist_id,
        listened_plays.location,
        listened_plays.user_agent,
        listened_plays.duration_ms,
        listened_plays.listened_ms,
        listened_plays.outcome,
        coalesce(listened_plays.listened_ms >= {{ var('valid_play_seconds') }} * 1000, false) as is_valid,
        listened_plays.event_date
    from listened_plays
    left join best_matches
        on
            listened_plays.title = best_matches.title
            and listened_plays.artist = best_matches.artist
            and listened_plays.duration = best_matches.duration
)

select * from plays_with_songs
