{# The folder of a version, <table>__<run>, in the path of one of its files; an empty text where there is none; versions are
   Spark's. #}
{% macro version_in_path(path) -%}
    regexp_extract({{ path }}, '/([a-z0-9_]+__[0-9]{8}t[0-9]{9}_[0-9a-f]{8})/', 1)
{%- endmacro %}
