{# One line of JSON lines, read in three steps, as each step is used several times by the next one: parsed_line, then json_object,
   which is null if the line is anything but exactly one JSON object, then json_text for each of its fields. Every field comes as text,
   as a typed field with a value of another type would be null without a trace.
   Of a field that is there twice the last one counts. #}

{# Spark's own JSON source takes the first object of a line and drops the rest in silence (two objects glued together by a missing
   newline become one row). So the line is read as an element of an array with an empty object behind it, which is reached only if the
   line is whole.
   `line`: a column, string. `fields`: names of the JSON fields. Type: array<struct<field: string, …>>. #}
{% macro parsed_line(line, fields) -%}
    {{ return(adapter.dispatch('parsed_line', 'sparkify')(line, fields)) }}
{%- endmacro %}

{% macro spark__parsed_line(line, fields) -%}
    from_json(
        concat('[', {{ line }}, ',{}]'),
        'array<struct<{% for field in fields %}`{{ field }}`:string{{ ',' if not loop.last }}{% endfor %}>>',
        map('allowSingleQuotes', 'false', 'allowNonNumericNumbers', 'false')
    )
{%- endmacro %}

{# Trino's parser refuses what follows an object by itself. Not its functions that look a field up in a text: they stop at the field,
   wherever the line is broken behind it. Type: json. #}
{% macro default__parsed_line(line, fields) -%}
    try(json_parse({{ line }}))
{%- endmacro %}


{# `parsed`: a column, as parsed_line gives it. Type: struct<field: string, …>, in Trino map(varchar, json). #}
{% macro json_object(parsed) -%}
    {{ return(adapter.dispatch('json_object', 'sparkify')(parsed)) }}
{%- endmacro %}

{% macro spark__json_object(parsed) -%}
    case when cardinality({{ parsed }}) = 2 then element_at({{ parsed }}, 1) end
{%- endmacro %}

{# The `try` of parsed_line keeps Trino from joining its parser and this cast into one function, which fails on a field that is there twice. #}
{% macro default__json_object(parsed) -%}
    try(cast({{ parsed }} as map(varchar, json)))
{%- endmacro %}


{# The text of a field; null where it is missing or null; numbers, lists and objects as they stand in the line.
   `object`, `line`: columns. Type: string. #}
{% macro json_text(object, field, line) -%}
    {{ return(adapter.dispatch('json_text', 'sparkify')(object, field, line)) }}
{%- endmacro %}

{% macro spark__json_text(object, field, line) -%}
    {{ object }}.{{ field }}
{%- endmacro %}

{# Trino's type json writes 1.50 as 1.5 and knows lists and objects in its own form only. So a number with a fraction comes from the line
   itself, unless that has the field twice; a list or an object has the form of Trino. #}
{% macro default__json_text(object, field, line) -%}
    {%- set value = "element_at(" ~ object ~ ", '" ~ field ~ "')" -%}
    {%- set as_written = "json_extract_scalar(" ~ line ~ ", '$." ~ field ~ "')" -%}
    case
        when
            regexp_like(json_format({{ value }}), '^-?[0-9]+[.eE]')
            and try_cast({{ as_written }} as double) = try_cast(json_format({{ value }}) as double)
            then {{ as_written }}
        else coalesce(json_extract_scalar({{ value }}, '$'), nullif(json_format({{ value }}), 'null'))
    end
{%- endmacro %}
