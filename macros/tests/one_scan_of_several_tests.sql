{# Materialization of data tests. Those that count rows of one table (nulls, numbers out of range, values that are not accepted, repeated
   keys) are answered by one scan for all of them, made when the first one runs; each stays a test with a result of its own. Any other
   runs as dbt runs it. #}
{% materialization test, default %}
    {%- set together = tests_by_scan_of(model.attached_node) if count_of_test(model) else {} -%}
    {% if together | length < 2 %}
        {{ return(dbt.materialization_test_default()) }}
    {% endif %}
    {%- set at = 3 * (together.keys() | list).index(model.unique_id) -%}
    {%- set scan = result_of_one_scan(graph.nodes[model.attached_node], together) -%}
    {%- set answer = scan.table.select(scan.table.column_names[at:at + 3]) -%}
    {% do store_result('main', scan.response, answer.rename(['failures', 'should_warn', 'should_error'])) %}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{# What a test counts, as an aggregate; none if it does anything else than count rows. Of values that are not accepted and of repeated keys
   dbt counts each once, this their rows. #}
{% macro count_of_test(test) %}
    {% set rule = test.get('test_metadata') or {'name': none} %}
    {% set config = test.config %}
    {% set condition = none %}
    {% if config.where or config.limit or config.fail_calc != 'count(*)' or config.store_failures or flags.STORE_FAILURES %}
        {{ return(none) }}
    {% elif rule.name == 'unique' %}
        {{ return('count(' ~ rule.kwargs.column_name ~ ') - count(distinct ' ~ rule.kwargs.column_name ~ ')') }}
    {% elif rule.name == 'unique_together' %}
        {{ return('count(*) - count(distinct (' ~ rule.kwargs.columns | join(', ') ~ '))') }}
    {% elif rule.name == 'not_null' %}
        {% set condition = has_null([rule.kwargs.column_name]) %}
    {% elif rule.name == 'no_nulls' %}
        {% set condition = has_null(rule.kwargs.columns) %}
    {% elif rule.name == 'in_range' %}
        {% set condition = is_out_of_range(rule.kwargs.column_name, rule.kwargs.min, rule.kwargs.max) %}
    {% elif rule.name == 'accepted_values' and rule.kwargs.get('quote', true) %}
        {% set condition = rule.kwargs.column_name ~ ' not in (' ~ text_list(rule.kwargs['values']) ~ ')' %}
    {% endif %}
    {{ return('count(case when ' ~ condition ~ ' then 1 end)' if condition else none) }}
{% endmacro %}

{# The tests of a model that run now and that a scan answers: {test: what it counts}. #}
{% macro tests_by_scan_of(node_id) %}
    {% set counts = {} %}
    {% if node_id in graph.nodes %}
        {% for id, test in graph.nodes.items() if test.get('attached_node') == node_id and id in selected_resources %}
            {% set count = count_of_test(test) %}
            {% do counts.update({id: count}) if count %}
        {% endfor %}
    {% endif %}
    {{ return(counts) }}
{% endmacro %}

{# One row with three columns for each test: what it counts, and whether that is a warning and an error. #}
{% macro result_of_one_scan(node, tests) %}
    {% if 'result_of_one_scan' not in node %}
        {% set counts = [] %}
        {% set answers = [] %}
        {% for id, count in tests.items() %}
            {% set config = graph.nodes[id].config %}
            {% set failures = 'failures_' ~ loop.index %}
            {% do counts.append(count ~ ' as ' ~ failures) %}
            {% for answer in [failures, failures ~ ' ' ~ config.warn_if, failures ~ ' ' ~ config.error_if] %}
                {% do answers.append(answer ~ ' as answer_' ~ answers | length) %}
            {% endfor %}
        {% endfor %}
        {% call statement('scan', fetch_result=True) %}
            select {{ answers | join(', ') }} from (select {{ counts | join(', ') }} from {{ relation_of(node) }}) as counts
        {% endcall %}
        {% do node.update({'result_of_one_scan': load_result('scan')}) %}
    {% endif %}
    {{ return(node.result_of_one_scan) }}
{% endmacro %}
