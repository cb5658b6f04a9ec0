with listening_hours as (
    select * from {{ ref('int_listening_hours') }}
),

clocks as (
    select 'utc' as clock
    union all
    select 'local' as clock
),

weekdays as (
    {{ numbers(1, 7, 'weekday') }}
),

hours as (
    {{ numbers(0, 23, 'hour') }}
),

cells as (
    select
        clocks.clock,
        weekdays.weekday,
        hours.hour
    from clocks
    cross join weekdays
    cross join hours
),

heard_cells as (
    select
        cells.clock,
        cells.weekday,
        cells.hour,
        coalesce(sum(listening_hours.plays), 0) as plays,
        coalesce(sum(listening_hours.listened_ms), 0) as listened_ms
    from cells
    left join listening_hours
        on
            cells.clock = listening_hours.clock
            and cells.weekday = listening_hours.weekday
            and cells.hour = listening_hours.hour
    group by cells.clock, cells.weekday, cells.hour
),

heat_map as (
    select
        clock,
        weekday,
        hour,
        plays,
        cast(listened_ms as double) / 3600000 as listening_hours,
        cast(plays as double) / nullif(sum(plays) over (partition by clock), 0) as share_of_plays
    from heard_cells
)

select * from heat_map
