{# Local time in a time zone at an instant, as a timestamp in UTC, so that utc_date and utc_hour can read it. Daylight saving time follows
   the zone's rules of that day. #}
{% macro wall_clock(instant, time_zone) -%}
    {{ return(adapter.dispatch('wall_clock', 'sparkify')(instant, time_zone)) }}
{%- endmacro %}

{% macro spark__wall_clock(instant, time_zone) -%}
    from_utc_timestamp({{ instant }}, {{ time_zone }})
{%- endmacro %}

{% macro trino__wall_clock(instant, time_zone) -%}
    with_timezone(cast(at_timezone({{ instant }}, {{ time_zone }}) as timestamp(6)), 'UTC')
{%- endmacro %}

{% macro athena__wall_clock(instant, time_zone) -%}
    cast(at_timezone(with_timezone({{ instant }}, 'UTC'), {{ time_zone }}) as timestamp(6))
{%- endmacro %}
