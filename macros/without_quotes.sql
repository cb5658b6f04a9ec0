{# A text without the pair of double quotes around it, which the raw logs put on most user agents; an empty rest is null. #}
{% macro without_quotes(text) -%}
    nullif(
        case
            when {{ text }} like '"%"' then substr({{ text }}, 2, length({{ text }}) - 2)
            else {{ text }}
        end,
        ''
    )
{%- endmacro %}
