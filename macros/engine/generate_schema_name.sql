{# dbt calls this for each model before anything else, so an unknown adapter is refused here. In this folder `default__` is Trino's SQL,
   which Athena shares. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {% if target.type not in ['spark', 'trino', 'athena'] %}
        {% do exceptions.raise_compiler_error(
            'The target ' ~ target.name ~ ' is of type ' ~ target.type ~ ', and this project knows spark, trino and athena; take one of these.'
        ) %}
    {% endif %}
    {{- return(default__generate_schema_name(custom_schema_name, node)) -}}
{%- endmacro %}
