{# dbt calls this for each model. On Trino, views go to the catalog of the raw data. In the catalog of the tables, which Spark may share,
   neither engine could read the other's views. #}
{% macro trino__generate_database_name(custom_database_name, node) -%}
    {% set is_view = node is not none and node.config.materialized == 'view' %}
    {{ return(env_var('SPARKIFY_TRINO_RAW_CATALOG', 'hive') if is_view else default__generate_database_name(custom_database_name, node)) }}
{%- endmacro %}
