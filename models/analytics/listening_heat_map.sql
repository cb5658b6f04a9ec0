with plays as (
    select * from {{ ref('int_plays') }}
),

states as (
    select * from {{ ref('us_states') }}
),

clocks as (
    select clocks.clock
    from (values ('utc'), ('local')) as clocks (clock)
),

shown_plays as (
    select
        clocks.clock,
        plays.listened_ms,
        case
            when clocks.clock = 'utc' then plays.start_time
            else {{ wall_clock('plays.start_time', 'states.time_zone') }}
        end as shown_at
    from plays
    left join states on {{ state_of_location('plays.location') }} = states.state_code
    cross join clocks
    where clocks.clock = 'utc' or states.time_zone is not null
),

dated_plays as (
    select
        clock,
        listened_ms,
        {{ iso_weekday(utc_date('shown_at')) }} as weekday,
        {{ utc_hour('shown_at') }} as hour
    from shown_plays
),

heard_hours as (
    select
        clock,
        weekday,
        hour,
        count(*) as plays,
        coalesce(sum(listened_ms), 0) as listened_ms
    from dated_plays
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
