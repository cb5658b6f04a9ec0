{# How many bits of a whole number are 1. #}
{% macro number_of_ones(number) -%}
    {{ return(adapter.dispatch('number_of_ones', 'sparkify')(number)) }}
{%- endmacro %}

{% macro spark__number_of_ones(number) -%}
    bit_count({{ number }})
{%- endmacro %}

{% macro default__number_of_ones(number) -%}
    bit_count({{ number }}, 64)
{%- endmacro %}
