{# The state of a listener's location `Town, ST`, as two letters. A metropolitan area in several states ('…, NY-NJ-PA') counts for the
   first, where its first town lies. Null, or some other text, if there is none. #}
{% macro state_of_location(location) -%}
    split_part(element_at(split({{ location }}, ', '), -1), '-', 1)
{%- endmacro %}
