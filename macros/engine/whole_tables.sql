{# Seeds of Athena: a table like any other. Its adapter's own know no type `string`. #}
{% materialization seed, adapter='athena' %}
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
{% endmaterialization %}

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

{# On Athena each run builds whole tables: a model that is incremental in Spark is a table there, as dbt's adapter makes it. Its own
   incremental ones would add what is there already. #}
{% materialization incremental, adapter='athena', supported_languages=['sql'] %}
    {{ return(dbt.materialization_table_athena()) }}
{% endmaterialization %}
