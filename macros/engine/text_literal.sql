{# A text as an SQL literal. Values from outside go through here. #}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__text_literal(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{% macro default__text_literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}
