{# ISO 8601 day of the week of a date, Monday = 1; int. `extract(dow …)` is 1 for a Sunday on Spark and 7 on Trino. #}
{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday', 'sparkify')(date)) }}
{%- endmacro %}

{% macro spark__iso_weekday(date) -%}
    weekday({{ date }}) + 1
{%- endmacro %}

{% macro default__iso_weekday(date) -%}
    cast(day_of_week({{ date }}) as int)
{%- endmacro %}
