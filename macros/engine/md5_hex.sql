{# md5 of a text's UTF-8 bytes in lower-case hex; string of 32 characters. Trino's md5 takes and gives binary. #}
{% macro md5_hex(text) -%}
    {{ return(adapter.dispatch('md5_hex', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__md5_hex(text) -%}
    md5({{ text }})
{%- endmacro %}

{% macro default__md5_hex(text) -%}
    lower(to_hex(md5(to_utf8({{ text }}))))
{%- endmacro %}
