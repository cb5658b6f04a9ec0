{# A query over an external table of JSON lines: one row per line that is not blank, and per object of a file that is one
   JSON array or object, with the fields and types of the
   `external:` block in _sources.yml, read in one parse. Nothing is dropped: a broken line has null fields.
   Columns besides the fields: source_file, loaded_at, line, is_document, is_utf8, is_json_object, wrong_type_field (the first field, in the
   order of the block, whose value can't be read as its type; null if all can). An empty text is null. Keys may be in any case; of a
   line with one in two cases the one as in the block counts. #}
{% macro read_json_lines(source_name, table_name) -%}
    {#- With --empty dbt would put a subquery here, and a subquery has no file names. #}
    {%- set relation = source(source_name, table_name).render() -%}
    {%- set external = external_table(source_name, table_name).external if execute else {} -%}
    {%- set fields = external.get('fields', {}) %}
    with raw_lines as (
        {{ raw_lines(relation, external.get('files', '*')) | indent(8) }}
    ),

    parsed_lines as (
        select
            *,
            {{ parsed_line('line', fields.keys()) }} as parsed_line
        from raw_lines
    ),

    json_rows as (
        select
            source_file,
            loaded_at,
            line,
            is_document,
            {{ json_object('parsed_line') }} as json_fields
        from parsed_lines
    ),

    rows_with_all_keys as (
        select
            *,
            {{ all_keys('json_fields', 'line', fields.keys()) | indent(12) }} as all_keys
        from json_rows
    ),

    text_rows as (
        select
            source_file,
            loaded_at,
            line,
            is_document,
            {{ is_valid_utf8('line') }} as is_utf8,
            json_fields is not null as is_json_object
            {%- for field in fields %},
            nullif({{ json_text('json_fields', 'all_keys', field, 'line') | indent(12) }}, '') as {{ field }}_text
            {%- endfor %}
        from rows_with_all_keys
    ),

    typed_rows as (
        select
            *
            {%- for field, type in fields.items() %},
            {{ json_value_as(type, field ~ '_text') | indent(12) }} as {{ field }}
            {%- endfor %}
        from text_rows
    )

    select
        source_file,
        loaded_at,
        line,
        is_document,
        is_utf8,
        is_json_object,
        case
            {%- for field, type in fields.items() if type != 'string' %}
            when {{ field }} is null and {{ field }}_text is not null then '{{ field }}'
            {%- endfor %}
        end as wrong_type_field
        {%- for field in fields %},
        {{ field }}
        {%- endfor %}
    from typed_rows
{%- endmacro %}

{# The text of a field as its declared type: string, bigint or double. #}
{% macro json_value_as(type, text) -%}
    {%- if type == 'string' -%} {{ text }}
    {%- elif type == 'bigint' -%} {{ whole_number(text) }}
    {%- elif type == 'double' -%} {{ double_number(text) }}
    {%- else -%} {{ exceptions.raise_compiler_error("_sources.yml: a field has the type '" ~ type ~ "'; use string, bigint or double.") }}
    {%- endif -%}
{%- endmacro %}
