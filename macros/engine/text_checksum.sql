{# CRC-32 of a text's UTF-8 bytes; bigint. #}
{% macro text_checksum(text) -%}
    {{ return(adapter.dispatch('text_checksum', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__text_checksum(text) -%}
    crc32({{ text }})
{%- endmacro %}

{% macro default__text_checksum(text) -%}
    crc32(to_utf8({{ text }}))
{%- endmacro %}
