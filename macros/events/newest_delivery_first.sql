{# Order of several deliveries of one thing: the newest file first, then the greater values, column by column. So neither the order of rows
   nor file names decide. #}
{% macro newest_delivery_first(columns) -%}
    loaded_at desc
    {%- for column in columns %}, {{ column }} desc nulls last{% endfor %}
{%- endmacro %}
