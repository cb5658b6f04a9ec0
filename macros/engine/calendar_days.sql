{# A query that gives every date from one to another, both included, for each row of a relation, as column `day`. No row where one of
   the dates is null. #}
{% macro calendar_days(relation, first, last) -%}
    {{ return(adapter.dispatch('calendar_days', 'sparkify')(relation, first, last)) }}
{%- endmacro %}

{% macro spark__calendar_days(relation, first, last) -%}
    select explode(sequence({{ first }}, {{ last }}, interval '1' day)) as day from {{ relation }}
{%- endmacro %}

{% macro default__calendar_days(relation, first, last) -%}
    select days.day from {{ relation }} cross join unnest(sequence({{ first }}, {{ last }}, interval '1' day)) as days (day)
{%- endmacro %}
