{# The conditions that tests count rows by: in tests/generic, and in the materialization that answers several by one scan. #}
{% macro has_null(columns) -%}
    {{ columns | join(' is null or ') }} is null
{%- endmacro %}

{# Nulls are not out of range, not-a-number is. #}
{% macro is_out_of_range(column, min, max) -%}
    not {{ column }} between {{ min }} and {{ max }}
{%- endmacro %}
