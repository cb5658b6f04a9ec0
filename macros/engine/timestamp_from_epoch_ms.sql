{# Epoch milliseconds to timestamp, milliseconds kept: `from_unixtime(ms / 1000)` loses them. #}
{% macro timestamp_from_epoch_ms(milliseconds) -%}
    {{ return(adapter.dispatch('timestamp_from_epoch_ms', 'sparkify')(milliseconds)) }}
{%- endmacro %}

{% macro spark__timestamp_from_epoch_ms(milliseconds) -%}
    timestamp_millis({{ milliseconds }})
{%- endmacro %}

{# `date_add('millisecond', …)` takes 32 bits. #}
{% macro trino__timestamp_from_epoch_ms(milliseconds) -%}
    timestamp '1970-01-01 00:00:00.000000 UTC' + {{ milliseconds }} * interval '0.001' second
{%- endmacro %}

{% macro athena__timestamp_from_epoch_ms(milliseconds) -%}
    timestamp '1970-01-01 00:00:00.000000' + {{ milliseconds }} * interval '0.001' second
{%- endmacro %}
