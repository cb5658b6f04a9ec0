{# URI of the raw file that a row of an external table comes from; string. Spark percent-encodes special characters in it. #}
{% macro source_file() -%}
    {{ return(adapter.dispatch('source_file', 'sparkify')()) }}
{%- endmacro %}

{% macro spark__source_file() -%}
    _metadata.file_path
{%- endmacro %}

{% macro default__source_file() -%}
    "$path"
{%- endmacro %}

{# When that file was last modified; timestamp. #}
{% macro source_file_modified_at() -%}
    {{ return(adapter.dispatch('source_file_modified_at', 'sparkify')()) }}
{%- endmacro %}

{% macro spark__source_file_modified_at() -%}
    _metadata.file_modification_time
{%- endmacro %}

{% macro trino__source_file_modified_at() -%}
    cast("$file_modified_time" at time zone 'UTC' as timestamp(6) with time zone)
{%- endmacro %}

{% macro athena__source_file_modified_at() -%}
    cast("$file_modified_time" at time zone 'UTC' as timestamp(6))
{%- endmacro %}
