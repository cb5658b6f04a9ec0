{# What dbt calls at the start of a run. #}
{% macro begin_run() %}
    {% set is_run = execute and flags.WHICH in ['run', 'build', 'seed', 'test', 'run-operation'] %}
    {% do check_lake_is_here() if is_run %}
    {% do stage_external_sources() %}
    {% do fit_spark_to_raw_data() if is_run and target.type == 'spark' %}
    {% do create_erased_users() if is_run %}
    {% do create_snapshot_states() if is_run and target.type != 'spark' %}
    {% do load_missing_seeds() %}
{% endmacro %}
