{# The user id that the text of a broken log line names, or an empty text: for erasure, so for Spark alone.
   A text in Spark is a literal with escapes, so that the pattern has none. #}
{% macro user_in_text(text) -%}
    regexp_extract({{ text }}, '(?i)"userId"[ ]*:[ ]*"?([0-9]+)', 1)
{%- endmacro %}
