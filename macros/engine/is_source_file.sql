{# Whether a row of an external table is from a file that belongs to it, by a pattern of names as in `*.{json,json.gz}`. Spark's
   external tables have such a pattern; Trino and Athena read all files of a folder whose names begin with neither `_` nor `.`. #}
{% macro is_source_file(pattern) -%}
    {{ return(adapter.dispatch('is_source_file', 'sparkify')(pattern)) }}
{%- endmacro %}

{% macro spark__is_source_file(pattern) -%}
    true
{%- endmacro %}

{% macro default__is_source_file(pattern) -%}
    {%- set name = pattern.replace('.', '\\.').replace('*', '[^/]*').replace('{', '(').replace(',', '|').replace('}', ')') -%}
    regexp_like("$path", '/{{ name }}$')
{%- endmacro %}
