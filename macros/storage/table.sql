{# Materializations of tables on Spark: Iceberg tables whose rows are replaced in one commit. What dbt-spark's own lack: types, comments
   and NOT NULL from the YAML, a check of the contract before anything is visible, and `unchanged` for a table as new as its inputs. An
   incremental model has a plan in its compiled SQL (see plan.sql); any other is built whole. #}

{% materialization table, adapter='spark', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code, plan_of_table())) }}
{% endmaterialization %}

{% materialization incremental, adapter='spark', supported_languages=['sql'] %}
    {{ return(build_table(compiled_code, plan_in(compiled_code) or plan_of_table())) }}
{% endmaterialization %}

{# dbt's own seed drops the table and fills it row by row. #}
{% materialization seed, adapter='spark' %}
    {%- set rows = load_agate_table() -%}
    {% do store_result('agate_table', response='OK', agate_table=rows) %}
    {{ return(build_table(seed_query(rows), plan_of_table())) }}
{% endmaterialization %}


{% macro build_table(sql, plan) %}
    {%- set table = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if plan.reason %}
        {% do write_rows(table, sql, plan) %}
    {% else %}
        {% do say_unchanged() %}
    {% endif %}
    {% do publish_comments(table) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [table]}) }}
{% endmacro %}

{# Write the rows of a query as a plan says, in one commit. #}
{% macro write_rows(table, sql, plan) %}
    {%- set existing = load_cached_relation(table) -%}
    {% if model.resource_type == 'model' %}
        {% do assert_contract(sql) %}
    {% endif %}
    {% if existing is not none and existing.is_view %}
        {% do run_statement('drop view ' ~ existing) %}
        {% set existing = none %}
    {% endif %}
    {% do begin_commit(table, plan) %}
    {% if plan.write != 'whole' or (existing is not none and table_property(table, 'sparkify.definition') == definition()) %}
        {% for step in ([write_statement(table, sql, plan)] if plan.write != 'none' else []) + (plan.get('then') or []) %}
            {%- call statement('main') -%} {{ step }} {%- endcall -%}
        {% endfor %}
    {% else %}
        {# Aside, as a statement that gives columns their comments and NOT NULL can't fill them, and nobody is to see an empty table. #}
        {%- set aside = api.Relation.create(schema=staging_schema(), identifier=table.identifier ~ '__new') -%}
        {% do run_statement('create or replace table ' ~ aside ~ columns_clause() ~ table_clauses(table)) %}
        {%- call statement('main') -%} insert into {{ aside }} {{ arranged(sql) }} {%- endcall -%}
        {% if existing is none %}
            {% do run_statement('alter table ' ~ aside ~ ' rename to ' ~ table) %}
        {% else %}
            {% do run_statement('create or replace table ' ~ table ~ table_clauses(table) ~ ' as select * from ' ~ aside) %}
            {% do run_statement('drop table ' ~ aside) %}
        {% endif %}
    {% endif %}
    {% do end_commit(table) %}
{% endmacro %}

{% macro write_statement(table, sql, plan) %}
    {%- if plan.write == 'merge' -%}
        merge into {{ table }} as old using ({{ sql }}) as new
        on {% for key in plan.key %}old.{{ key }} = new.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
        when matched then update set * when not matched then insert *
    {%- else -%}
        insert {{ {'whole': 'overwrite ' ~ table, 'append': 'into ' ~ table, 'replace': 'into ' ~ table ~ ' replace where ' ~ plan.where}[plan.write] }}
        {{ arranged(sql) }}
    {%- endif -%}
{% endmacro %}

{# Few files of good size: Spark's adaptive execution splits and joins the partitions of this last shuffle by their bytes. In the order of
   the model's meta `sorted_by` they are smaller, and readers skip more of them. With meta `distribution: none` rows go from the query to
   the file of their partition without a shuffle. #}
{% macro arranged(sql) %}
    {%- set meta = config.get('meta', {}) -%}
    {%- set columns = columns_without_transforms(config.get('partition_by') or []) -%}
    {%- set order = columns + meta.get('sorted_by', []) -%}
    {%- if meta.get('distribution') == 'none' or model.resource_type == 'seed' -%}
        {{ sql }}
    {%- else -%}
        select * from (
            select /*+ rebalance{{ '(' ~ columns | join(', ') ~ ')' if columns }} */ * from (
                {{ sql }}
            )
        )
        {{ 'sort by ' ~ order | join(', ') if order }}
    {%- endif -%}
{% endmacro %}

{% macro table_clauses(table) %}
    using iceberg
    {% if config.get('partition_by') -%} partitioned by ({{ config.get('partition_by') | join(', ') }}) {%- endif %}
    location {{ text_literal(schema_location(table.schema) ~ '/' ~ table.identifier) }}
    comment {{ text_literal(column_comment(model.description)) }}
    tblproperties (
        'write.distribution-mode' = 'none',
        'write.spark.fanout.enabled' = 'true',
        'write.parquet.compression-codec' = 'zstd',
        'sparkify.definition' = '{{ definition() }}',
        'sparkify.comments' = '{{ local_md5(columns_clause() ~ model.description) }}'
    )
{% endmacro %}

{# The columns of a model's contract or of a seed. A column with a not_null test is NOT NULL. #}
{% macro columns_clause(with_comments=true) %}
    {%- set required = required_columns() -%}
    (
    {%- for column in model.columns.values() %}
        {{ adapter.quote(column.name) }} {{ column.data_type or config.get('column_types', {})[column.name] }}
        {{- ' not null' if column.name in required }}
        {{- ' comment ' ~ text_literal(column_comment(column.description)) if with_comments }}{{ ',' if not loop.last }}
    {%- endfor %}
    )
{% endmacro %}

{% macro required_columns() %}
    {% set columns = [] %}
    {% for test in graph.nodes.values() if test.get('attached_node') == model.unique_id and not test.config.get('where') %}
        {% set rule = test.get('test_metadata') or {} %}
        {% if rule.name == 'not_null' %}
            {% do columns.append(rule.kwargs.column_name) %}
        {% elif rule.name == 'no_nulls' %}
            {% do columns.extend(rule.kwargs.columns) %}
        {% endif %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# What makes a table another one than it was: if it differs, the table is replaced and not only its rows. #}
{% macro definition() %}
    {{ return(local_md5(columns_clause(with_comments=false) ~ config.get('partition_by'))) }}
{% endmacro %}


{# dbt's own check of a contract compares coarse types, in any order. Nothing is visible yet when this one fails. #}
{% macro assert_contract(sql) %}
    {% set given = [] %}
    {% for row in run_query('describe query ' ~ sql) %}
        {% do given.append(row[0] | lower ~ ' ' ~ row[1]) %}
    {% endfor %}
    {% set declared = [] %}
    {% for column in model.columns.values() %}
        {% do declared.append(column.name | lower ~ ' ' ~ column.data_type | lower) %}
    {% endfor %}
    {% if given != declared %}
        {% set missing = declared | reject('in', given) | join(', ') or 'its columns in another order' %}
        {% set unexpected = given | reject('in', declared) | join(', ') %}
        {% do exceptions.raise_compiler_error(
            'The contract of ' ~ model.name ~ ' says ' ~ missing ~ (', and its query gives ' ~ unexpected if unexpected)
            ~ '. Change the model or the contract.'
        ) %}
    {% endif %}
{% endmacro %}


{# Write the descriptions that have changed since the table was made. #}
{% macro publish_comments(table) %}
    {% set fingerprint = local_md5(columns_clause() ~ model.description) %}
    {% if table_property(table, 'sparkify.comments') != fingerprint %}
        {% for name, column in model.columns.items() %}
            {% do run_statement(
                'alter table ' ~ table ~ ' alter column ' ~ adapter.quote(name) ~ ' comment ' ~ text_literal(column_comment(column.description))
            ) %}
        {% endfor %}
        {% do run_statement(
            'alter table ' ~ table ~ ' set tblproperties (comment = ' ~ text_literal(column_comment(model.description))
            ~ ", 'sparkify.comments' = '" ~ fingerprint ~ "')"
        ) %}
    {% endif %}
{% endmacro %}

{# A description as a comment: its first paragraph in one line, at most 255 characters, as Glue takes no more. #}
{% macro column_comment(description) -%}
    {%- set text = (description or '').strip().split('\n\n')[0].split() | join(' ') -%}
    {{ return(text if text | length <= 255 else text[:254] ~ '…') }}
{%- endmacro %}

{% macro say_unchanged() %}
    {% call noop_statement('main', 'unchanged', 'SKIP', 0) %}{% endcall %}
{% endmacro %}
