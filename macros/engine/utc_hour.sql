{# Hour of the day in UTC, 0 to 23; int. Not `hour(…)`, which Spark does in the session's time zone. #}
{% macro utc_hour(instant) -%}
    {{ return(adapter.dispatch('utc_hour', 'sparkify')(instant)) }}
{%- endmacro %}

{% macro spark__utc_hour(instant) -%}
    cast(floor(mod(unix_seconds({{ instant }}), 86400) / 3600) as int)
{%- endmacro %}

{% macro default__utc_hour(instant) -%}
    cast(hour({{ instant }}) as int)
{%- endmacro %}
