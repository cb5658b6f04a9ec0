{# An instant as epoch milliseconds; bigint. Casting an instant to a number drops the milliseconds on Spark. #}
{% macro epoch_ms_of(instant) -%}
    {{ return(adapter.dispatch('epoch_ms_of', 'sparkify')(instant)) }}
{%- endmacro %}

{% macro spark__epoch_ms_of(instant) -%}
    unix_millis({{ instant }})
{%- endmacro %}

{% macro default__epoch_ms_of(instant) -%}
    cast(round(to_unixtime(date_trunc('millisecond', {{ instant }})) * 1000) as bigint)
{%- endmacro %}
