{# A query that returns every date between two dates, both included, for each row of a relation, in the column `day`. A row with a null
   date returns none. #}
{% macro calendar_days(relation, first, last) -%}
    {{ return(adapter.dispatch('calendar_days', 'sparkify')(relation, first, last)) }}
{%- endmacro %}

{% macro spark__calendar_days(relation, first, last) -%}
    select explode(sequence({{ first }}, {{ last }}, interval '1' day)) as day from {{ relation }}
{%- endmacro %}

{# A sequence in Trino has at most 10,000 entries, which is 27 years of days. #}
{% macro default__calendar_days(relation, first, last) -%}
    select date_add('day', days.day_number, blocks.first_day) as day
    from {{ relation }}
    cross join unnest(sequence({{ first }}, {{ last }}, interval '1000' day)) as blocks (first_day)
    cross join unnest(sequence(0, 999)) as days (day_number)
    where date_add('day', days.day_number, blocks.first_day) <= {{ last }}
{%- endmacro %}
