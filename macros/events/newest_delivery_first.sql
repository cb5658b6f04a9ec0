{# Order of several deliveries of one thing: the newest file comes first, then the greater values, column by column, so that no
   order of rows or names of files decides. #}
{% macro newest_delivery_first(columns) -%}
    loaded_at desc
    {%- for column in columns %}, {{ column }} desc nulls last{% endfor %}
{%- endmacro %}
