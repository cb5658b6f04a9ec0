{# Materialization of views on Spark: one that is as it should be stays, as each `create or replace view` adds a version to the catalog. #}
{% materialization view, adapter='spark' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set view = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- set ddl = view_ddl(view, compiled_code) -%}
    {%- set fingerprint = local_md5(ddl) -%}
    {% if existing is not none and existing.is_view and table_property(this, 'sparkify.definition') == fingerprint %}
        {% do say_unchanged() %}
    {% else %}
        {% if existing is not none and not existing.is_view %}
            {% do run_statement('drop table ' ~ existing) %}
        {% endif %}
        {%- call statement('main') -%}
            {{ ddl | replace('tblproperties ()', "tblproperties ('sparkify.definition' = '" ~ fingerprint ~ "')") }}
        {%- endcall -%}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}

{% macro view_ddl(view, sql) %}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create or replace view {{ view }}
    {% if model.columns -%}
    (
        {% for name in model.columns -%}
        {{ get_column_comment_sql(name, model.columns) }}{{ ',' if not loop.last }}
        {% endfor -%}
    )
    {%- endif %}
    comment {{ text_literal(column_comment(model.description)) }}
    tblproperties ()
    as
    {{ sql }}
{% endmacro %}

{# dbt-spark calls this for the columns of a view. #}
{% macro get_column_comment_sql(column_name, column_dict) -%}
    {{ adapter.quote(column_name) }} comment {{ text_literal(column_comment(column_dict.get(column_name, {}).get('description'))) }}
{%- endmacro %}
