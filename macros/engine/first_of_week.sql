{# Monday of a date's ISO week; date. `date_trunc` alone gives a timestamp on Spark. #}
{% macro first_of_week(date) -%}
    cast(date_trunc('week', {{ date }}) as date)
{%- endmacro %}
