{# A path that means the same in every statement, and is written the same by every engine: Spark takes a relative one as relative to the
   schema's folder. S3 is s3://, the only name that Trino and Athena know. #}
{% macro absolute_path(path) -%}
    {{ return(adapter.dispatch('absolute_path', 'sparkify')(path)) }}
{%- endmacro %}

{% macro spark__absolute_path(path) -%}
    {{ default__absolute_path(path) if path.startswith('/') or ':' in path else '${system:user.dir}/' ~ path }}
{%- endmacro %}

{% macro default__absolute_path(path) -%}
    {{ 's3://' ~ path.removeprefix('s3a://') if path.startswith('s3a://') else path }}
{%- endmacro %}
