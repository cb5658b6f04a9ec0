{# The date so many days after a date; date. `date_add` has its arguments in another order on each engine. #}
{% macro days_after(date, days) -%}
    {{ return(adapter.dispatch('days_after', 'sparkify')(date, days)) }}
{%- endmacro %}

{% macro spark__days_after(date, days) -%}
    date_add({{ date }}, {{ days }})
{%- endmacro %}

{% macro default__days_after(date, days) -%}
    date_add('day', {{ days }}, {{ date }})
{%- endmacro %}
