{# What dbt calls at the start and at the end of a run. In a lake of Spark, runs keep books of versions; tables on Trino and Athena
   have none: dbt's adapters replace them. #}
{% macro begin_run() %}
    {{ return(adapter.dispatch('begin_run', 'sparkify')()) }}
{% endmacro %}

{% macro spark__begin_run() %}
    {% do stage_external_sources() %}
    {% do fit_spark_to_raw_data() %}
    {% do open_run() %}
    {% do load_missing_seeds() %}
{% endmacro %}

{% macro default__begin_run() %}
    {% do stage_external_sources() %}
    {% do load_missing_seeds() %}
{% endmacro %}

{# `results`: dbt's. #}
{% macro end_run(results) %}
    {{ return(adapter.dispatch('end_run', 'sparkify')(results)) }}
{% endmacro %}

{% macro spark__end_run(results) %}
    {% do close_run(results) %}
{% endmacro %}

{% macro default__end_run(results) %}
{% endmacro %}
