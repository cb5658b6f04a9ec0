{# First day of a date's month; date. `date_trunc` gives a timestamp on Spark, in the session's time zone. #}
{% macro first_of_month(date) -%}
    {{ return(adapter.dispatch('first_of_month', 'sparkify')(date)) }}
{%- endmacro %}

{% macro spark__first_of_month(date) -%}
    trunc({{ date }}, 'MM')
{%- endmacro %}

{% macro default__first_of_month(date) -%}
    date_trunc('month', {{ date }})
{%- endmacro %}
