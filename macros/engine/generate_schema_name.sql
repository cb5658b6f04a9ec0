{# dbt's own, which it calls for each model before anything else: here an engine is refused that the macros of this folder do not know. What
   is neither Spark's nor Athena's alone in them is Trino's SQL (default__), which Athena shares. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {% if target.type not in ['spark', 'trino', 'athena'] %}
        {% do exceptions.raise_compiler_error(
            'The target ' ~ target.name ~ ' is of type ' ~ target.type ~ ', and this project knows spark, trino and athena; take one of these.'
        ) %}
    {% endif %}
    {{- return(default__generate_schema_name(custom_schema_name, node)) -}}
{%- endmacro %}
