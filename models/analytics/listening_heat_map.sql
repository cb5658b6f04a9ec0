-- Clocks of the states differ by whole hours.
with hours_of_plays as (
    select
        location,
        {{ epoch_ms_of('start_time') }} - mod({{ epoch_ms_of('start_time') }}, 3600000) as hour_ms,
        count(*) as plays,
        sum(listened_ms) as listened_ms
    from {{ ref('int_plays') }}
    group by location, {{ epoch_ms_of('start_time') }} - mod({{ epoch_ms_of('start_time') }}, 3600000)
),

states as (
    select * from {{ ref('us_states') }}
),

clocks as (
    select clocks.clock
    from (values ('utc'), ('local')) as clocks (clock)
),

shown_hours as (
    select
        clocks.clock,
        hours_of_plays.plays,
        hours_of_plays.listened_ms,
        case
            when clocks.clock = 'utc' then {{ timestamp_from_epoch_ms('hours_of_plays.hour_ms') }}
            else {{ wall_clock(timestamp_from_epoch_ms('hours_of_plays.hour_ms'), 'states.time_zone') }}
        end as shown_at
    from hours_of_plays
    left join states on {{ state_of_location('hours_of_plays.location') }} = states.state_code
    cross join clocks
    where clocks.clock = 'utc' or states.time_zone is not null
),

dated_hours as (
    select
        clock,
        plays,
        listened_ms,
        {{ iso_weekday(utc_date('shown_at')) }} as weekday,
        {{ utc_hour('shown_at') }} as hour
    from shown_hours
),

heard_hours as (
    select
        clock,
        weekday,
        hour,
        sum(plays) as plays,
        coalesce(sum(listened_ms), 0) as listened_ms
    from dated_hours
    group by clock, weekday, hour
),

{{ hours_of_the_week() }},

heat_map as (
    select
        cells.clock,
        cells.weekday,
        cells.hour,
        coalesce(heard_hours.plays, 0) as plays,
        cast(coalesce(heard_hours.listened_ms, 0) as double) / 3600000 as listening_hours,
        cast(coalesce(heard_hours.plays, 0) as double)
        / nullif(sum(heard_hours.plays) over (partition by cells.clock), 0) as share_of_plays
    from cells
    left join heard_hours
        on
            cells.clock = heard_hours.clock
            and cells.weekday = heard_hours.weekday
            and cells.hour = heard_hours.hour
)

select * from heat_map
