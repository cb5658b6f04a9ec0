{# The user id in the text of a broken log line, or an empty text. Used for erasure. The pattern has no backslashes, because a literal in
   Spark has escapes. #}
{% macro user_in_text(text) -%}
    regexp_extract({{ text }}, '(?i)"userId"[ ]*:[ ]*"?([0-9]+)', 1)
{%- endmacro %}
