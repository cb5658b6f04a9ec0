{# Monday of a date's ISO week; date. `date_trunc` gives a timestamp on Spark, in the session's time zone. #}
{% macro first_of_week(date) -%}
    {{ return(adapter.dispatch('first_of_week', 'sparkify')(date)) }}
{%- endmacro %}

{% macro spark__first_of_week(date) -%}
    cast(trunc({{ date }}, 'WEEK') as date)
{%- endmacro %}

{% macro default__first_of_week(date) -%}
    date_trunc('week', {{ date }})
{%- endmacro %}
