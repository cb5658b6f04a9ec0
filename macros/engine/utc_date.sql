{# UTC date of an instant. Not `cast(… as date)`, which Spark does in the session's time zone. #}
{% macro utc_date(instant) -%}
    {{ return(adapter.dispatch('utc_date', 'sparkify')(instant)) }}
{%- endmacro %}

{% macro spark__utc_date(instant) -%}
    date_add(date '1970-01-01', cast(floor(unix_seconds({{ instant }}) / 86400) as int))
{%- endmacro %}

{# Timestamps are in UTC: Trino's by their zone, Athena's have none. #}
{% macro default__utc_date(instant) -%}
    cast({{ instant }} as date)
{%- endmacro %}
