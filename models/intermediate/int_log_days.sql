{{ config(materialized='incremental', incremental_strategy='overwrite') }}
{%- set change = log_changes() %}
{%- set songs_before = change.songs_before if change is not none else none %}
{%- set song_columns = 'title, artist_name, duration, song_id, artist_id' %}
{{ show_plan({'write': 'rows', 'reason': change.reason}) if change is not none }}
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

{% if songs_before is not none -%}
-- Songs that came, went or changed.
changed_songs as (
    select
        title,
        artist_name
    from (
        select {{ song_columns }} from {{ ref('int_songs') }}
        union all
        select {{ song_columns }} from {{ ref('int_songs') }} {{ as_of_snapshot(songs_before) }}
    )
    group by {{ song_columns }}
    having count(*) = 1
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

{% endif -%}
no_days as (
    select
        event_date,
        number_of_events,
        checksum,
        {{ run_started() }} as changed_at
    from day_states
    where false
),

days_before as (
    select * from {{ this if change is not none else 'no_days' }}
),

-- Later than any change before, whatever the clock says.
newest as (
    select
        coalesce(
            greatest({{ run_started() }}, max(changed_at) + interval '1' second),
            {{ run_started() }}
        ) as changed_at
    from days_before
),

log_days as (
    select
        coalesce(day_states.event_date, days_before.event_date) as event_date,
        coalesce(day_states.number_of_events, 0) as number_of_events,
        coalesce(day_states.checksum, 0) as checksum,
        case
            when
                coalesce(day_states.number_of_events, 0) = coalesce(days_before.number_of_events, 0)
                and coalesce(day_states.checksum, 0) = coalesce(days_before.checksum, 0)
                and song_days.event_date is null
                then days_before.changed_at
            else newest.changed_at
        end as changed_at
    from day_states
    full outer join days_before on day_states.event_date = days_before.event_date
    left join {{ 'no_days' if songs_before is none else 'days_of_changed_songs' }} as song_days
        on day_states.event_date = song_days.event_date
    cross join newest
)

select * from log_days
