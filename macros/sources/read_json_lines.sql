{# A query over an external table of JSON lines: one row per line that is not blank, with the fields and types of the
   `external:` block in _sources.yml, read in one parse. Nothing is dropped: a broken line has null fields.
   Columns besides the fields: source_file, loaded_at, line, is_utf8, is_json_object, wrong_type_field (the first field, in the
   order of the block, whose value can't be read as its type; null if all can). An empty text is null. #}
{% macro read_json_lines(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- set fields = external_table(source_name, table_name).external.fields if execute else {} %}
    with raw_lines as (
        select
            line,
            {{ source_file() }} as source_file,
            {{ source_file_modified_at() }} as loaded_at
        from {{ relation }}
        where trim(line) <> ''
    ),

    parsed_lines as (
        select
            *,
            {{ json_objects('line', fields.keys()) }} as json_objects
        from raw_lines
    ),

    json_rows as (
        select
            source_file,
            loaded_at,
            line,
            case when cardinality(json_objects) = 2 then element_at(json_objects, 1) end as json_object
        from parsed_lines
    ),

    typed_rows as (
        select
            source_file,
            loaded_at,
            line,
            {{ is_valid_utf8('line') }} as is_utf8,
            json_object is not null as is_json_object,
            json_object
            {%- for field, type in fields.items() %},
            {{ json_field('json_object.' ~ field, type) }} as {{ field }}
            {%- endfor %}
        from json_rows
    )

    select
        source_file,
        loaded_at,
        line,
        is_utf8,
        is_json_object,
        case
            {%- for field, type in fields.items() if type != 'string' %}
            when {{ field }} is null and json_object.{{ field }} <> '' then '{{ field }}'
            {%- endfor %}
        end as wrong_type_field
        {%- for field in fields %},
        {{ field }}
        {%- endfor %}
    from typed_rows
{%- endmacro %}

{# One field of a JSON row, as its declared type: string, bigint or double. #}
{% macro json_field(text, type) -%}
    {%- set value = "nullif(" ~ text ~ ", '')" -%}
    {%- if type == 'string' -%} {{ value }}
    {%- elif type == 'bigint' -%} {{ whole_number(value) }}
    {%- elif type == 'double' -%} try_cast({{ value }} as double)
    {%- else -%} {{ exceptions.raise_compiler_error("_sources.yml: a field has the type '" ~ type ~ "'; use string, bigint or double.") }}
    {%- endif -%}
{%- endmacro %}
