{# Columns whose values are null where a condition holds. #}
{% macro unless(condition, columns) -%}
    {%- for column in columns -%}
    case when not {{ condition }} then {{ column }} end as {{ column }}{{ ',\n' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
