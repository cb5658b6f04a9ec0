{# Let a fifth of a second pass, between two looks at what another run does: dbt's templates have no clock to wait by. For runs that
   may be several at once, so for Spark alone. #}
{% macro wait_a_moment() %}
    {% do run_query("select java_method('java.lang.Thread', 'sleep', cast(200 as bigint))") %}
{% endmacro %}
