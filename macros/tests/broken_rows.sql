{# Conditions on rows that tests count, shared by tests/generic and the materialization that answers several tests by one scan. #}
{% macro has_null(columns) -%}
    {{ columns | join(' is null or ') }} is null
{%- endmacro %}

{# Nulls are in range; NaN is not. #}
{% macro is_out_of_range(column, min, max) -%}
    not {{ column }} between {{ min }} and {{ max }}
{%- endmacro %}
