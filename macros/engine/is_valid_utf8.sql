{# Whether the bytes of a text are valid UTF-8. Engines read other encodings without an error and put U+FFFD in the place of
   what they can't read, which is a wrong name in the tables and not a missing one. #}
{% macro is_valid_utf8(text) -%}
    {{ return(adapter.dispatch('is_valid_utf8', 'sparkify')(text)) }}
{%- endmacro %}

{# Spark 4 has a function of this name, 3.5 has not; encode() replaces invalid bytes on both. #}
{% macro spark__is_valid_utf8(text) -%}
    cast({{ text }} as binary) = encode({{ text }}, 'UTF-8')
{%- endmacro %}

{% macro default__is_valid_utf8(text) -%}
    to_utf8(from_utf8(to_utf8({{ text }}))) = to_utf8({{ text }})
{%- endmacro %}
