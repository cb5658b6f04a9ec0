{{ config(materialized='incremental', incremental_strategy='merge', unique_key='event_date') }}
{%- set change = log_changes() %}
{{ merge_plan(change) }}
-- depends_on: {{ ref('int_songs') }}
with events as (
    select * from {{ ref('int_log_events') }}
),

-- Sums to another number if an event of the day has come or gone, or another delivery of it counts.
day_states as (
    select
        event_date,
        count(*) as number_of_events,
        sum(
            mod(
                {{ epoch_ms_of('arrived_at') }}
                + mod(session_id, 1000003) * 7919
                + mod(item_in_session, 1000003) * 104729
                + mod(coalesce(user_id, 0), 1000003) * 31
                + {{ text_checksum('source_file') }},
                1000000007
            )
        ) as checksum
    from events
    group by event_date
),

days_before as (
    {{ days_before(change) | indent(4) }}
),

changed_songs as (
    {{ changed_songs(change) | indent(4) }}
),

days_of_changed_songs as (
    select distinct events.event_date
    from events
    inner join changed_songs
        on
            events.title = changed_songs.title
            and events.artist = changed_songs.artist_name
    where events.is_play
),

newest as (
    select max(changed_at) as changed_at from days_before
),

log_days as (
    select
        coalesce(day_states.event_date, days_before.event_date) as event_date,
        coalesce(day_states.number_of_events, 0) as number_of_events,
        coalesce(day_states.checksum, 0) as checksum,
        coalesce(
            greatest({{ run_started() }}, newest.changed_at + interval '1' second),
            {{ run_started() }}
        ) as changed_at
    from day_states
    full outer join days_before on day_states.event_date = days_before.event_date
    left join days_of_changed_songs on day_states.event_date = days_of_changed_songs.event_date
    cross join newest
    where
        coalesce(day_states.number_of_events, 0) <> coalesce(days_before.number_of_events, 0)
        or coalesce(day_states.checksum, 0) <> coalesce(days_before.checksum, 0)
        or days_of_changed_songs.event_date is not null
)

select * from log_days
