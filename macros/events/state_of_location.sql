{# The state that a listener's location `Town, ST` names, as two letters: of a metropolitan area in several states ('…, NY-NJ-PA') the
   first, which is where its first town lies. Null or something else where there is none. #}
{% macro state_of_location(location) -%}
    split_part(element_at(split({{ location }}, ', '), -1), '-', 1)
{%- endmacro %}
