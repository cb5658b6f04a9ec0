{# The text with each run of invalid bytes as one U+FFFD. Readers of parquet refuse invalid UTF-8, and engines differ in how many such
   characters they write for a run. #}
{% macro valid_utf8(text) -%}
    {{ return(adapter.dispatch('valid_utf8', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__valid_utf8(text) -%}
    regexp_replace(cast(encode({{ text }}, 'UTF-8') as string), '�+', '�')
{%- endmacro %}

{% macro default__valid_utf8(text) -%}
    regexp_replace(from_utf8(to_utf8({{ text }})), '�+', '�')
{%- endmacro %}
