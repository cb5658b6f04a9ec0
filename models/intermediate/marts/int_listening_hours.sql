{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['event_month'])) }}
{%- set days = days_to_build('month', days_before=1) %}
{{ replace_days('event_month', days) }}
with plays as (
    select * from {{ ref('int_plays') }}
    where {{ in_days('event_date', days) }}
),

states as (
    select * from {{ ref('us_states') }}
),

clocks as (
    select
        'utc' as clock,
        start_time as shown_at,
        listened_ms,
        event_date
    from plays
    union all
    select
        'local' as clock,
        {{ wall_clock('plays.start_time', 'states.time_zone') }} as shown_at,
        plays.listened_ms,
        plays.event_date
    from plays
    inner join states on {{ state_of_location('plays.location') }} = states.state_code
),

clock_hours as (
    select
        clock,
        {{ iso_weekday(utc_date('shown_at')) }} as weekday,
        {{ utc_hour('shown_at') }} as hour,
        listened_ms,
        {{ first_of_month('event_date') }} as event_month
    from clocks
),

listening_hours as (
    select
        clock,
        weekday,
        hour,
        count(*) as plays,
        coalesce(sum(listened_ms), 0) as listened_ms,
        event_month
    from clock_hours
    group by clock, weekday, hour, event_month
)

select * from listening_hours
