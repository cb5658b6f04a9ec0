{# The text with each run of invalid bytes shown as one U+FFFD: readers of parquet refuse text that is no UTF-8, and engines
   differ in how many of these characters they put in the place of such a run. #}
{% macro valid_utf8(text) -%}
    {{ return(adapter.dispatch('valid_utf8', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__valid_utf8(text) -%}
    regexp_replace(cast(encode({{ text }}, 'UTF-8') as string), '�+', '�')
{%- endmacro %}

{% macro default__valid_utf8(text) -%}
    regexp_replace(from_utf8(to_utf8({{ text }})), '�+', '�')
{%- endmacro %}
