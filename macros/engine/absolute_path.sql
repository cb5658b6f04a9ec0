{# A path that means the same in every statement: Spark takes a relative one as relative to the schema's folder. Trino and Athena
   know S3 as s3:// only. #}
{% macro absolute_path(path) -%}
    {{ return(adapter.dispatch('absolute_path', 'sparkify')(path)) }}
{%- endmacro %}

{% macro spark__absolute_path(path) -%}
    {{ path if path.startswith('/') or ':' in path else '${system:user.dir}/' ~ path }}
{%- endmacro %}

{% macro default__absolute_path(path) -%}
    {{ 's3://' ~ path.removeprefix('s3a://') if path.startswith('s3a://') else path }}
{%- endmacro %}
