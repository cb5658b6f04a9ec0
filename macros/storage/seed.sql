{# Materialization of seeds on Spark: a table like any other, written when the CSV file or its types have changed. dbt's own drops the table
   and fills it row by row. #}
{% materialization seed, adapter='spark' %}
    {%- set table = this.incorporate(type='table') -%}
    {%- set rows = load_agate_table() -%}
    {% do store_result('agate_table', response='OK', agate_table=rows) %}
    {{ run_hooks(pre_hooks) }}
    {%- set plan = plan_of_table() -%}
    {% if plan.reason %}
        {% do write_rows(table, seed_query(rows), plan) %}
    {% else %}
        {% do say_unchanged() %}
    {% endif %}
    {% do publish_comments(table) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}

{# Of Trino and Athena: a table like any other. Their adapters' own seeds know no type `string`. #}
{% materialization seed, adapter='trino' %}
    {{ return(seed_as_table()) }}
{% endmaterialization %}

{% materialization seed, adapter='athena' %}
    {{ return(seed_as_table()) }}
{% endmaterialization %}

{% macro seed_as_table() %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set table = this.incorporate(type='table') -%}
    {%- set rows = load_agate_table() -%}
    {% do store_result('agate_table', response='OK', agate_table=rows) %}
    {{ run_hooks(pre_hooks) }}
    {% if existing is not none %}
        {% do drop_relation(existing) %}
    {% endif %}
    {%- call statement('main') -%}
        {{ create_table_as(false, table, seed_query(rows)) }}
    {%- endcall -%}
    {% do persist_docs(table, model) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [table]}) }}
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
