{# Materialization of data tests. Those that count rows of one table by a condition (nulls, numbers out of range) are answered by one
   scan for all of them, made when the first one runs; each stays a test with a result of its own. Any other runs as dbt runs it. #}
{% materialization test, default %}
    {%- set together = tests_by_scan_of(model.attached_node) if condition_of_test(model) else {} -%}
    {% if together | length < 2 %}
        {{ return(dbt.materialization_test_default()) }}
    {% endif %}
    {%- set failures = failures_by_one_scan(graph.nodes[model.attached_node], together)[model.unique_id] -%}
    {%- call statement('main', fetch_result=True) -%}
        {{ get_test_sql('select 1 as one', failures, config.get('warn_if'), config.get('error_if'), limit=none) }}
    {%- endcall -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{# The condition of the rows that a test counts; none if it does anything else than count them. #}
{% macro condition_of_test(test) %}
    {% set rule = test.get('test_metadata') or {'name': none} %}
    {% set config = test.config %}
    {% if config.where or config.limit or config.fail_calc != 'count(*)' or config.store_failures or flags.STORE_FAILURES %}
        {{ return(none) }}
    {% elif rule.name == 'not_null' %}
        {{ return(has_null([rule.kwargs.column_name])) }}
    {% elif rule.name == 'no_nulls' %}
        {{ return(has_null(rule.kwargs.columns)) }}
    {% elif rule.name == 'in_range' %}
        {{ return(is_out_of_range(rule.kwargs.column_name, rule.kwargs.min, rule.kwargs.max)) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{# The tests of a model that run now and that a scan answers: {test: its condition}. #}
{% macro tests_by_scan_of(node_id) %}
    {% set conditions = {} %}
    {% if node_id in graph.nodes %}
        {% for id, test in graph.nodes.items() if test.get('attached_node') == node_id and id in selected_resources %}
            {% set condition = condition_of_test(test) %}
            {% do conditions.update({id: condition}) if condition %}
        {% endfor %}
    {% endif %}
    {{ return(conditions) }}
{% endmacro %}

{# How many rows of a model each condition holds for: {test: rows}. #}
{% macro failures_by_one_scan(node, conditions) %}
    {% if 'failures' not in node %}
        {% set counts = [] %}
        {% for condition in conditions.values() %}
            {% do counts.append('count(case when ' ~ condition ~ ' then 1 end) as failures_' ~ loop.index) %}
        {% endfor %}
        {% set row = run_query('select ' ~ counts | join(', ') ~ ' from ' ~ relation_of(node))[0] %}
        {% do node.update({'failures': dict(zip(conditions, row.values()))}) %}
    {% endif %}
    {{ return(node.failures) }}
{% endmacro %}
