{# Text to double, or null if the text is no number. "NaN" and "Infinity" are numbers, in any case of letters. #}
{% macro double_number(text) -%}
    {{ return(adapter.dispatch('double_number', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__double_number(text) -%}
    try_cast({{ text }} as double)
{%- endmacro %}

{# Trino casts whatever Java accepts, such as `1d` and `0x1p3`, but only the exact spellings NaN and Infinity. #}
{% macro default__double_number(text) -%}
    case
        when regexp_like({{ trimmed(text) }}, '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$')
            then try_cast({{ trimmed(text) }} as double)
        when lower({{ trimmed(text) }}) = 'nan' then nan()
        when lower({{ trimmed(text) }}) in ('inf', '+inf', 'infinity', '+infinity') then infinity()
        when lower({{ trimmed(text) }}) in ('-inf', '-infinity') then -infinity()
    end
{%- endmacro %}

{# Text without the white space that JSON allows around it. #}
{% macro trimmed(text) -%}
    trim(both u&' \0009\000a\000d' from {{ text }})
{%- endmacro %}
