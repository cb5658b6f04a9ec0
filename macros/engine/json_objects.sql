{# The JSON objects of one line of JSON lines, as an array of rows of text fields; null where the line is broken.
   A good line has exactly one. Spark's own JSON source takes the first object of a line and drops the rest in silence (two
   objects glued together by a missing newline become one row), so the line is read as the inside of an array: then trailing
   text is a syntax error and a second object is a second element. Every field comes as text, as a typed field with a value of
   another type would be null without a trace.
   `line`: expression, string. `fields`: names of the JSON fields. Type: array<struct<field: string, …>>. #}
{% macro json_objects(line, fields) -%}
    {{ return(adapter.dispatch('json_objects', 'sparkify')(line, fields)) }}
{%- endmacro %}

{% macro spark__json_objects(line, fields) -%}
    from_json(
        concat('[', {{ line }}, ']'),
        'array<struct<{% for field in fields %}`{{ field }}`:string{{ ',' if not loop.last }}{% endfor %}>>',
        map('allowSingleQuotes', 'false', 'allowNonNumericNumbers', 'false')
    )
{%- endmacro %}
