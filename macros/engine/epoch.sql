{# Epoch milliseconds to timestamp, milliseconds kept: `from_unixtime(ms / 1000)` loses them. #}
{% macro timestamp_from_epoch_ms(milliseconds) -%}
    {{ return(adapter.dispatch('timestamp_from_epoch_ms', 'sparkify')(milliseconds)) }}
{%- endmacro %}

{% macro spark__timestamp_from_epoch_ms(milliseconds) -%}
    timestamp_millis({{ milliseconds }})
{%- endmacro %}

{# UTC date of an instant. Not `cast(… as date)`, which Spark does in the session's time zone. #}
{% macro utc_date(instant) -%}
    {{ return(adapter.dispatch('utc_date', 'sparkify')(instant)) }}
{%- endmacro %}

{% macro spark__utc_date(instant) -%}
    date_add(date '1970-01-01', cast(floor(unix_seconds({{ instant }}) / 86400) as int))
{%- endmacro %}

{# Hour of the day in UTC, 0 to 23; int. Not `hour(…)`, which Spark does in the session's time zone. #}
{% macro utc_hour(instant) -%}
    {{ return(adapter.dispatch('utc_hour', 'sparkify')(instant)) }}
{%- endmacro %}

{% macro spark__utc_hour(instant) -%}
    cast(floor(mod(unix_seconds({{ instant }}), 86400) / 3600) as int)
{%- endmacro %}
