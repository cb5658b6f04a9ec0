{# What dbt calls at the start of a run. #}
{% macro begin_run() %}
    {% set is_for_spark = target.type == 'spark' and execute and flags.WHICH in ['run', 'build', 'seed', 'test', 'run-operation'] %}
    {% do check_lake_is_here() if is_for_spark %}
    {% do stage_external_sources() %}
    {% if is_for_spark %}
        {% do fit_spark_to_raw_data() %}
        {% do create_erased_users() %}
    {% endif %}
    {% do load_missing_seeds() %}
{% endmacro %}
