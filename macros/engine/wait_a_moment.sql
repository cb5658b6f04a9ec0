{# Let a fifth of a second pass, between two looks at what another run does: dbt's templates have no clock to wait by. #}
{% macro wait_a_moment() %}
    {{ return(adapter.dispatch('wait_a_moment', 'sparkify')()) }}
{% endmacro %}

{% macro spark__wait_a_moment() %}
    {% do run_query("select java_method('java.lang.Thread', 'sleep', cast(200 as bigint))") %}
{% endmacro %}
