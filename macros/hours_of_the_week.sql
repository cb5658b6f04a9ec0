{# CTEs that give each hour of the week: `cells`, a row per clock of the CTE `clocks`, weekday and hour. #}
{% macro hours_of_the_week() -%}
weekdays as (
    {%- for weekday in range(1, 8) %}
    select {{ weekday }} as weekday{{ '\n    union all' if not loop.last }}
    {%- endfor %}
),

hours as (
    {%- for hour in range(24) %}
    select {{ hour }} as hour{{ '\n    union all' if not loop.last }}
    {%- endfor %}
),

cells as (
    select
        clocks.clock,
        weekdays.weekday,
        hours.hour
    from clocks
    cross join weekdays
    cross join hours
)
{%- endmacro %}
