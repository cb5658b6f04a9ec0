{# The lines of an external table that are not blank, with the columns line, is_document, source_file, loaded_at. `relation`: the table.
   `pattern`: of file names. #}
{% macro raw_lines(relation, pattern) -%}
    {{ return(adapter.dispatch('raw_lines', 'sparkify')(relation, pattern)) }}
{%- endmacro %}

{# A file that raw_files lists as one JSON value gives its objects; a file that can't be read gives nothing. #}
{% macro spark__raw_lines(relation, pattern) -%}
    select
        line,
        false as is_document,
        {{ source_file() }} as source_file,
        {{ source_file_modified_at() }} as loaded_at
    from {{ relation }}
    where
        trim(leading ' ' from line) <> '' {{- ' and false' if flags.EMPTY }}
        and {{ source_file() }} not in (
            select others.source_file from {{ ref('raw_files') }} as others
            where others.layout is null or others.layout = 'document'
        )
    union all
    select
        explode(coalesce(from_json({{ document_text('line') }}, 'array<string>'), array({{ document_text('line') }}))) as line,
        true as is_document,
        {{ source_file() }} as source_file,
        {{ source_file_modified_at() }} as loaded_at
    from {{ relation }}_texts
    where
        {{ source_file() }} in (
            select documents.source_file from {{ ref('raw_files') }} as documents
            where documents.layout = 'document'
        ) {{- ' and false' if flags.EMPTY }}
{%- endmacro %}

{# Trino and Athena read every file whose name does not begin with `_` or `.`, line by line. #}
{% macro default__raw_lines(relation, pattern) -%}
    {%- set name = pattern.replace('.', '\\.').replace('*', '[^/]*').replace('{', '(').replace(',', '|').replace('}', ')') -%}
    select
        line,
        false as is_document,
        {{ source_file() }} as source_file,
        {{ source_file_modified_at() }} as loaded_at
    from {{ relation }}
    where trim(leading ' ' from line) <> '' and regexp_like("$path", '/{{ name }}$') {{- ' and false' if flags.EMPTY }}
{%- endmacro %}
