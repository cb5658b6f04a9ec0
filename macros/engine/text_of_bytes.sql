{# The text that the characters of another text give as bytes of UTF-8; each has a number below 256. #}
{% macro text_of_bytes(text) -%}
    {{ return(adapter.dispatch('text_of_bytes', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__text_of_bytes(text) -%}
    decode(encode({{ text }}, 'ISO-8859-1'), 'UTF-8')
{%- endmacro %}

{# Trino knows no Latin-1: its bytes come from those of UTF-8, which are C2 and the byte, or C3 and the byte less 40. #}
{% macro default__text_of_bytes(text) -%}
    {%- set pairs = namespace(sql="regexp_replace(to_hex(to_utf8(" ~ text ~ ")), '(..)', '$1 ')") -%}
    {%- for pattern, byte in [('C2 (..) ', '$1-'), ('C3 8(.) ', 'C$1-'), ('C3 9(.) ', 'D$1-'), ('C3 A(.) ', 'E$1-'), ('C3 B(.) ', 'F$1-')] -%}
        {%- set pairs.sql = 'regexp_replace(' ~ pairs.sql ~ ", '" ~ pattern ~ "', '" ~ byte ~ "')" -%}
    {%- endfor -%}
    from_utf8(from_hex(replace(replace({{ pairs.sql }}, '-', ''), ' ', '')))
{%- endmacro %}
