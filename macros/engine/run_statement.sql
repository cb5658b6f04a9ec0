{# Run a statement that returns no rows. With run_query the client would fail on Spark 3.5's Thrift Server, which has no result set for
   such statements. #}
{% macro run_statement(sql) %}
    {% call statement('statement', fetch_result=False, auto_begin=False) %}{{ sql }}{% endcall %}
{% endmacro %}
