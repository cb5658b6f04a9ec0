{# Views on Spark as dbt makes them; one that is as it should be stays, as each `create or replace view` adds a version to the catalog. #}
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

{# dbt-spark calls these for the descriptions of a view and of its columns. #}
{% macro spark__comment_clause() -%}
    comment {{ text_literal(column_comment(model.description)) }} tblproperties ('sparkify.definition' = '{{ view_fingerprint() }}')
{%- endmacro %}

{% macro get_column_comment_sql(column_name, column_dict) -%}
    {{ adapter.quote(column_name) }} comment {{ text_literal(column_comment(column_dict.get(column_name, {}).get('description'))) }}
{%- endmacro %}
