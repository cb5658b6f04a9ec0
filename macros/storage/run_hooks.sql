{# What dbt calls at the start and at the end of a run. #}
{% macro begin_run() %}
    {{ return(adapter.dispatch('begin_run', 'sparkify')()) }}
{% endmacro %}

{% macro spark__begin_run() %}
    {% if execute and flags.WHICH in ['run', 'build', 'seed', 'test', 'run-operation'] %}
        {% do check_lake_is_here() %}
        {% do stage_external_sources() %}
        {% do fit_spark_to_raw_data() %}
        {% do create_erased_users() %}
        {% do load_missing_seeds() %}
    {% endif %}
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
    {% if execute and flags.WHICH in ['run', 'build', 'seed'] %}
        {% do write_run_ledger(results) %}
    {% endif %}
{% endmacro %}

{% macro default__end_run(results) %}
{% endmacro %}
