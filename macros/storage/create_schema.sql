{# Where a schema's files lie: in a folder of the lake with its name. Without a location Spark puts them where the server that
   happens to run the statement has its warehouse. #}
{% macro schema_location(schema) -%}
    {{ absolute_path(env_var('SPARKIFY_LAKE', 'lake')) }}/{{ schema }}
{%- endmacro %}

{# dbt calls this for the schemas of models and seeds. #}
{% macro spark__create_schema(relation) %}
    {% set schema = relation.without_identifier() %}
    {% do run_statement(
        'create schema if not exists ' ~ schema ~ ' location ' ~ text_literal(schema_location(relation.schema))
    ) %}
{% endmacro %}

{% macro trino__create_schema(relation) %}
    {# In a transaction, which the adapter ends. #}
    {% call statement('create_schema') %}
        create schema if not exists {{ relation.without_identifier() }}
        with (location = {{ text_literal(schema_location(relation.schema)) }})
    {% endcall %}
{% endmacro %}
