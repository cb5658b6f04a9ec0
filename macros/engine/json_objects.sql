{# The elements of one line of JSON lines, as an array of rows of text fields: two if the line is exactly one JSON object (it and
   an empty one), null or another number if it is anything else.
   Spark's own JSON source takes the first object of a line and drops the rest in silence (two objects glued together by a
   missing newline become one row). So the line is read as an element of an array with an empty object behind it, which is
   reached only if the line is whole. Every field comes as text, as a typed field with a value of another type
   would be null without a trace.
   `line`: a column, string. `fields`: names of the JSON fields. Type: array<struct<field: string, …>>. #}
{% macro json_objects(line, fields) -%}
    {{ return(adapter.dispatch('json_objects', 'sparkify')(line, fields)) }}
{%- endmacro %}

{% macro spark__json_objects(line, fields) -%}
    from_json(
        concat('[', {{ line }}, ',{}]'),
        'array<struct<{% for field in fields %}`{{ field }}`:string{{ ',' if not loop.last }}{% endfor %}>>',
        map('allowSingleQuotes', 'false', 'allowNonNumericNumbers', 'false')
    )
{%- endmacro %}
