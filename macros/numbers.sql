{# A query that gives the whole numbers from one to another, both included, as one column. #}
{% macro numbers(first, last, name) -%}
    {%- for number in range(first, last + 1) -%}
    select {{ number }} as {{ name }}
    {%- if not loop.last %}
    union all
    {% endif -%}
    {%- endfor -%}
{%- endmacro %}
