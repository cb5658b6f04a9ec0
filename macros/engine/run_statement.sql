{# Run a statement that gives no rows. Not run_query: Spark 3.5's Thrift Server has no result set for these, and the client
   fails when it fetches one. #}
{% macro run_statement(sql) %}
    {% call statement('statement', fetch_result=False, auto_begin=False) %}{{ sql }}{% endcall %}
{% endmacro %}
