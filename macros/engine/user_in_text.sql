{# The user id that the text of a broken log line names, or an empty text. #}
{% macro user_in_text(text) -%}
    {{ return(adapter.dispatch('user_in_text', 'sparkify')(text)) }}
{%- endmacro %}

{# In Spark a text is a literal with escapes, so that the pattern has none. #}
{% macro spark__user_in_text(text) -%}
    regexp_extract({{ text }}, '"userId"[ ]*:[ ]*"?([0-9]+)', 1)
{%- endmacro %}
