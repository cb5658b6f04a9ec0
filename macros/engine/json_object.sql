{# One line of JSON lines, read in three steps, as each step is used several times by the next one: parsed_line, then json_object,
   which is null if the line is anything but exactly one JSON object, then json_text for each of its fields. Every field comes as text,
   as a typed field with a value of another type would be null without a trace.
   Of a field that is there twice the last one counts. #}

{# Spark's JSON source reads the first object of a line and silently drops the rest, so two objects joined by a missing newline would be
   one row. Here the line is read as the first element of an array whose second is an empty object, which is only reached if the line is
   whole. `line`: a column, string. `fields`: names of the JSON fields. Type: array<struct<field: string, …>>. #}
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

{# Trino's parser fails on anything after the object. Its functions that look up a field in a text do not: they stop at the field, even if
   the line is broken after it. Type: json. #}
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


{# The keys of a line in lower case, to find a field whose key is in another case, as Hive, Athena and Redshift do. Null if the line has
   every key as it stands in `fields`, so most lines cost nothing. `object`, `line`: columns. Type: map<string, string>, in Trino
   map(varchar, json). #}
{% macro all_keys(object, line, fields) -%}
    {{ return(adapter.dispatch('all_keys', 'sparkify')(object, line, fields)) }}
{%- endmacro %}

{% macro spark__all_keys(object, line, fields) -%}
    case
        when
            {{ object }} is not null and ({% for field in fields %}
                ({{ object }}.{{ field }} is null and not contains({{ line }}, '"{{ field }}":')){{ ' or' if not loop.last }}
            {%- endfor %}
            )
            then element_at(from_json(concat('[', {{ line }}, ']'), 'array<map<string, string>>'), 1)
    end
{%- endmacro %}

{# Trino's object has all keys. #}
{% macro default__all_keys(object, line, fields) -%}
    {{ object }}
{%- endmacro %}


{# The text of a field, or null if it is missing or null. Numbers, lists and objects are as they stand in the line. `object`, `all_keys`,
   `line`: columns. Type: string. #}
{% macro json_text(object, all_keys, field, line) -%}
    {{ return(adapter.dispatch('json_text', 'sparkify')(object, all_keys, field, line)) }}
{%- endmacro %}

{# Not transform(…): Spark compiles no projection with a lambda. #}
{% macro spark__json_text(object, all_keys, field, line) -%}
    coalesce(
        {{ object }}.{{ field }},
        get(
            map_values({{ all_keys }}),
            coalesce(
                nullif(array_position(map_keys({{ all_keys }}), '{{ field }}'), 0),
                array_position(split(lower(array_join(map_keys({{ all_keys }}), '\t')), '\t'), '{{ field | lower }}')
            ) - 1
        )
    )
{%- endmacro %}

{# Trino's json type writes 1.50 as 1.5, and lists and objects in its own form. So a number with a fraction is read from the line itself,
   unless the line has the field twice; lists and objects keep Trino's form. #}
{% macro default__json_text(object, all_keys, field, line) -%}
    {%- set value -%}
        coalesce(
            element_at({{ object }}, '{{ field }}'),
            element_at(map_values(map_filter({{ all_keys }}, (key, value) -> lower(key) = '{{ field | lower }}')), 1)
        )
    {%- endset -%}
    {%- set as_written = "json_extract_scalar(" ~ line ~ ", '$." ~ field ~ "')" -%}
    case
        when
            regexp_like(json_format({{ value }}), '^-?[0-9]+[.eE]')
            and try_cast({{ as_written }} as double) = try_cast(json_format({{ value }}) as double)
            then {{ as_written }}
        else coalesce(json_extract_scalar({{ value }}, '$'), nullif(json_format({{ value }}), 'null'))
    end
{%- endmacro %}
