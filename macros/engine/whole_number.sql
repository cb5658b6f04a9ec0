{# Text to bigint, or null if the text is no whole number that fits. Also reads `1540919166796.0` and `1.5e3`: writers of JSON put whole
   numbers as floats, and Spark 3.5 rewrites floats in that form (exact up to 2^53). #}
{% macro whole_number(text) -%}
    {{ return(adapter.dispatch('whole_number', 'sparkify')(text)) }}
{%- endmacro %}

{# A failed cast costs as much as ten that succeed, as Spark builds an exception. So only what looks like a number is cast. #}
{% macro spark__whole_number(text) -%}
    coalesce(
        case when not contains({{ text }}, '.') then try_cast({{ text }} as bigint) end,
        case
            when
                try_cast({{ text }} as double) = floor(try_cast({{ text }} as double))
                and abs(try_cast({{ text }} as double)) < 9007199254740992
                then cast(try_cast({{ text }} as double) as bigint)
        end
    )
{%- endmacro %}

{# Trino casts whatever Java accepts, such as digits of any script. #}
{% macro default__whole_number(text) -%}
    case
        when regexp_like({{ trimmed(text) }}, '^[+-]?[0-9]+$') then try_cast({{ trimmed(text) }} as bigint)
        when
            {{ double_number(text) }} = floor({{ double_number(text) }})
            and abs({{ double_number(text) }}) < 9007199254740992
            then cast({{ double_number(text) }} as bigint)
    end
{%- endmacro %}
