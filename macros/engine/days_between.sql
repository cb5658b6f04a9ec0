{# Days from one date to a later one; int. The difference of two dates is an interval on Spark. #}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'sparkify')(first, last)) }}
{%- endmacro %}

{% macro spark__days_between(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{% macro default__days_between(first, last) -%}
    cast(date_diff('day', {{ first }}, {{ last }}) as int)
{%- endmacro %}
