{# A path as every engine reads and writes it. Spark would resolve a relative path against the schema's folder. S3 is written s3://, the
   only scheme that Trino and Athena know. #}
{% macro absolute_path(path) -%}
    {{ return(adapter.dispatch('absolute_path', 'sparkify')(path)) }}
{%- endmacro %}

{% macro spark__absolute_path(path) -%}
    {{ default__absolute_path(path) if path.startswith('/') or ':' in path else '${system:user.dir}/' ~ path }}
{%- endmacro %}

{% macro default__absolute_path(path) -%}
    {{ 's3://' ~ path.removeprefix('s3a://') if path.startswith('s3a://') else path }}
{%- endmacro %}
