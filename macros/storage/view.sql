{# Views on Spark as dbt makes them, but an unchanged view is left alone: each `create or replace view` adds a version to the catalog. #}
{% materialization view, adapter='spark' %}
    {%- set existing = load_cached_relation(this) -%}
    {% if existing is not none and existing.is_view and table_property(this, 'sparkify.definition') == view_fingerprint() %}
        {% do say_unchanged() %}
        {{ return({'relations': [existing]}) }}
    {% endif %}
    {{ return(create_or_replace_view()) }}
{% endmaterialization %}

{% macro view_fingerprint() %}
    {{ return(local_md5(sql ~ columns_clause() ~ model.description)) }}
{% endmacro %}

{# dbt-spark's own macro first queries the columns, and does not shorten descriptions. #}
{% macro spark__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    create or replace view {{ relation }} (
        {% for name, column in model.columns.items() -%}
        {{ adapter.quote(name) }} comment {{ text_literal(column_comment(column.description)) }}{{ ',' if not loop.last }}
        {% endfor -%}
    )
    comment {{ text_literal(column_comment(model.description)) }}
    tblproperties ('sparkify.definition' = '{{ view_fingerprint() }}')
    as
    {{ sql }}
{%- endmacro %}
