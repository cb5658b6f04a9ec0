{# A CTE `cells` of each hour of the week: a row per clock of the CTE `clocks`, weekday and hour. #}
{% macro hours_of_the_week() -%}
cells as (
    select
        clocks.clock,
        weekdays.weekday,
        hours.hour
    from clocks
    cross join (values ({{ range(1, 8) | join('), (') }})) as weekdays (weekday)
    cross join (values ({{ range(24) | join('), (') }})) as hours (hour)
)
{%- endmacro %}
