{# A path that means the same in every statement: Spark takes a relative one as relative to the schema's folder. #}
{% macro absolute_path(path) -%}
    {{ return(adapter.dispatch('absolute_path', 'sparkify')(path)) }}
{%- endmacro %}

{% macro spark__absolute_path(path) -%}
    {{ path if path.startswith('/') or ':' in path else '${system:user.dir}/' ~ path }}
{%- endmacro %}
