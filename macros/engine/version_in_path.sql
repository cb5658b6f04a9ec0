{# The folder of a version, <table>__<run>, in the path of one of its files; an empty text where there is none. #}
{% macro version_in_path(path) -%}
    {{ return(adapter.dispatch('version_in_path', 'sparkify')(path)) }}
{%- endmacro %}

{% macro spark__version_in_path(path) -%}
    regexp_extract({{ path }}, '/([a-z0-9_]+__[0-9]{8}t[0-9]{9}_[0-9a-f]{8})/', 1)
{%- endmacro %}
