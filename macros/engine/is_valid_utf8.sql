{# Whether the bytes of a text are valid UTF-8. Engines read invalid bytes without an error and put U+FFFD in their place, so a name would
   be wrong instead of missing. #}
{% macro is_valid_utf8(text) -%}
    {{ return(adapter.dispatch('is_valid_utf8', 'sparkify')(text)) }}
{%- endmacro %}

{# Spark 4 has a function of this name; 3.5 does not. encode() replaces invalid bytes on both. #}
{% macro spark__is_valid_utf8(text) -%}
    cast({{ text }} as binary) = encode({{ text }}, 'UTF-8')
{%- endmacro %}

{% macro default__is_valid_utf8(text) -%}
    to_utf8(from_utf8(to_utf8({{ text }}))) = to_utf8({{ text }})
{%- endmacro %}
