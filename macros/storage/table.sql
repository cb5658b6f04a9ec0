{# Materializations of tables: Iceberg tables whose rows are replaced in one commit, as the plan of the model says
   (plan.sql). What the adapters' own lack: types, comments and NOT NULL from the YAML, `unchanged` for a table as new as its inputs, and
   on Trino and Athena tables that nobody sees empty. #}

{% materialization table, adapter='spark', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code)) }}
{% endmaterialization %}

{% materialization incremental, adapter='spark', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code)) }}
{% endmaterialization %}

{# dbt's own seed drops the table and inserts row by row. #}
{% materialization seed, adapter='spark' %}
    {{ return(build_seed()) }}
{% endmaterialization %}


{% materialization table, adapter='trino', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code)) }}
{% endmaterialization %}

{% materialization incremental, adapter='trino', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code)) }}
{% endmaterialization %}

{% materialization seed, adapter='trino' %}
    {{ return(build_seed()) }}
{% endmaterialization %}


{% materialization table, adapter='athena', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code)) }}
{% endmaterialization %}

{% materialization incremental, adapter='athena', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code)) }}
{% endmaterialization %}

{% materialization seed, adapter='athena' %}
    {{ return(build_seed()) }}
{% endmaterialization %}


{% macro build_table(sql) %}
    {%- set table = this.incorporate(type='table') -%}
    {%- set plan = plan_of(sql) -%}
    {{ run_hooks(pre_hooks) }}
    {% set is_new = plan.reason and commit(table, plan, statements_of(table, sql, plan)) %}
    {% do say_unchanged() if not is_new %}
    {% do publish_comments(table, plan.write if is_new else none) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [table]}) }}
{% endmacro %}

{% macro build_seed() %}
    {%- set rows = load_agate_table() -%}
    {% do store_result('agate_table', response='OK', agate_table=rows) %}
    {{ return(build_table(seed_query(rows))) }}
{% endmacro %}

{% macro seed_query(rows) %}
    {%- set types = config.require('column_types') %}
    select
        {% for name in rows.column_names -%}
        cast({{ name }} as {{ dbt.type_string() if types[name] == 'string' else types[name] }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from (
        values
        {% for row in rows.rows -%}
        ({% for value in row %}{{ 'null' if value is none else text_literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
        {% endfor %}
    ) as seed_rows ({{ rows.column_names | join(', ') }})
{% endmacro %}

{% macro say_unchanged() %}
    {% call noop_statement('main', 'unchanged', 'SKIP', 0) %}{% endcall %}
{% endmacro %}

{# The statements that write the rows of a query as a plan says; the one that readers see is one commit. #}
{% macro statements_of(table, sql, plan) %}
    {%- set existing = load_cached_relation(table) -%}
    {% if existing is not none and existing.is_view %}
        {% do adapter.drop_relation(existing) %}
        {% set existing = none %}
    {% endif %}
    {% set then = plan.get('then') or [] %}
    {{ return((write_statements(table, sql, plan, existing) if plan.write != 'none' else []) + then) }}
{% endmacro %}

{% macro write_statements(table, sql, plan, existing) %}
    {{ return(adapter.dispatch('write_statements', 'sparkify')(table, sql, plan, existing)) }}
{% endmacro %}

{# Spark refuses a query whose columns are not those of the contract, in names or types: by name, and by the profile's
   storeAssignmentPolicy. #}
{% macro spark__write_statements(table, sql, plan, existing) %}
    {% if plan.write != 'table' %}
        {% set into = {
            'append': 'into ' ~ table ~ ' by name', 'replace': 'into ' ~ table ~ ' replace where ' ~ plan.where,
        }.get(plan.write, 'overwrite ' ~ table ~ ' by name') %}
        {# Statements that replace rows have no `by name`. #}
        {% set names = '`' ~ model.columns.keys() | join('`, `') ~ '`' if plan.write == 'replace' else '*' %}
        {{ return(['insert ' ~ into ~ ' ' ~ arranged(sql, names)]) }}
    {% endif %}
    {# Built under another name: a statement that sets comments and NOT NULL can't fill the table, and readers must not see it empty. #}
    {%- set aside = api.Relation.create(schema=staging_schema(), identifier=table.identifier ~ '__new') -%}
    {% set fill = ['create or replace table ' ~ aside ~ columns_clause() ~ table_clauses(table), 'insert into ' ~ aside ~ ' by name ' ~ arranged(sql)] %}
    {{ return(fill + (
        ['alter table ' ~ aside ~ ' rename to ' ~ table] if existing is none else
        ['create or replace table ' ~ table ~ table_clauses(table) ~ ' as select * from ' ~ aside, 'drop table ' ~ aside]
    )) }}
{% endmacro %}

{# Few files of good size for a table with partitions: Spark's adaptive execution splits and joins the partitions of this last shuffle by
   their bytes. With meta `distribution: none` there is no shuffle, as the rows come from tasks that have whole partitions. In the order
   of the model's meta `sorted_by` files are smaller, and readers skip more of them. #}
{% macro arranged(sql, names='*') %}
    {%- set meta = config.get('meta', {}) -%}
    {%- set columns = columns_without_transforms(config.get('partition_by') or []) -%}
    {%- set order = columns + meta.get('sorted_by', []) -%}
    {#- The first is ignored without adaptive execution, the second where the first is not. #}
    {%- set by = '(' ~ columns | join(', ') ~ ')' -%}
    {%- set hint = '/*+ rebalance' ~ by ~ ', repartition' ~ by ~ ' */ ' if columns and meta.get('distribution') != 'none' else '' -%}
    {{ return(
        'select ' ~ names ~ ' from (select ' ~ hint ~ '* from (' ~ sql ~ '\n))'
        ~ (' sort by ' ~ order | join(', ') if hint or meta.get('sorted_by') else '')
    ) }}
{% endmacro %}

{% macro table_clauses(table) %}
    using iceberg
    {% if config.get('partition_by') -%} partitioned by ({{ config.get('partition_by') | join(', ') }}) {%- endif %}
    location {{ text_literal(schema_location(table.schema) ~ '/' ~ table.identifier) }}
    comment {{ text_literal(column_comment(model.description)) }}
    tblproperties (
        'write.distribution-mode' = 'none',
        'write.spark.fanout.enabled' = 'true',
        'sparkify.comments' = '{{ local_md5(columns_clause() ~ model.description) }}'
    )
{% endmacro %}

{# Create a table that runs append to, if it is missing. `node`: has its columns; {columns: {name: {name, data_type}}} is enough. #}
{% macro create_missing_table(table, node) %}
    {% do create_schema(table) %}
    {% do adapter.dispatch('create_missing_table', 'sparkify')(table, node) %}
{% endmacro %}

{% macro default__create_missing_table(table, node) %}
    {% do run_statement(
        'create table if not exists ' ~ table ~ columns_clause(node)
        ~ ('using iceberg location ' ~ text_literal(schema_location(table.schema) ~ '/' ~ table.identifier) if target.type == 'spark' else '')
        ~ ' comment ' ~ text_literal(column_comment(node.description))
    ) %}
{% endmacro %}

{# A type of a contract as the engine names it. #}
{% macro column_type(type) %}
    {% set types = {
        'trino': {'string': 'varchar', 'timestamp': 'timestamp(6) with time zone'}, 'athena': {'string': 'varchar', 'timestamp': 'timestamp(6)'}
    } %}
    {{ return(types.get(target.type, {}).get(type, type)) }}
{% endmacro %}

{# The columns of a model's contract, a seed or a source. A column with a not_null test is NOT NULL. #}
{% macro columns_clause(node=model) %}
    {%- set required = required_columns(node) -%}
    (
    {%- for column in node.columns.values() %}
        {{ adapter.quote(column.name) }} {{ column_type(column.data_type or node.config.get('column_types', {})[column.name]) }}
        {{- ' not null' if column.name in required }}
        {{- ' comment ' ~ text_literal(column_comment(column.description)) }}{{ ',' if not loop.last }}
    {%- endfor %}
    )
{% endmacro %}

{% macro required_columns(node) %}
    {% set columns = [] %}
    {% for test in graph.nodes.values() if test.get('attached_node') == node.unique_id and not test.config.where and test.test_metadata %}
        {% set arguments = test.test_metadata.kwargs %}
        {% do columns.extend({'not_null': [arguments.column_name], 'no_nulls': arguments.columns}.get(test.test_metadata.name, [])) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# Write the descriptions that the table does not have yet. `written`: how it was written, if it was. #}
{% macro publish_comments(table, written) %}
    {{ return(adapter.dispatch('publish_comments', 'sparkify')(table, written)) }}
{% endmacro %}

{% macro spark__publish_comments(table, written) %}
    {% set fingerprint = local_md5(columns_clause() ~ model.description) %}
    {% if written != 'table' and table_property(table, 'sparkify.comments') != fingerprint %}
        {% set changes = ["set tblproperties (comment = " ~ text_literal(column_comment(model.description))
            ~ ", 'sparkify.comments' = '" ~ fingerprint ~ "')"] %}
        {% for name, column in model.columns.items() %}
            {% do changes.append('alter column ' ~ adapter.quote(name) ~ ' comment ' ~ text_literal(column_comment(column.description))) %}
        {% endfor %}
        {% for change in changes | reverse %}
            {% do run_statement('alter table ' ~ table ~ ' ' ~ change) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# A description as a comment: its first paragraph in one line, at most 255 characters, as Glue takes no more. #}
{% macro column_comment(description) -%}
    {%- set text = (description or '').strip().split('\n\n')[0].split() | join(' ') -%}
    {{ return(text if text | length <= 255 else text[:254] ~ '…') }}
{%- endmacro %}
