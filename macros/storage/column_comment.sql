{# A description as a column's comment: its first paragraph in one line, at most 255 characters. Glue and Hive's metastore take no
   more; Hive's fails, tries again for 20 s and then leaves the table in a form that only Spark can read. #}
{% macro column_comment(description) -%}
    {%- set text = (description or '').strip().split('\n\n')[0].split() | join(' ') -%}
    {{ text if text | length <= 255 else text[:254] ~ '…' }}
{%- endmacro %}

{# dbt-spark calls this for the columns of a view. #}
{% macro get_column_comment_sql(column_name, column_dict) -%}
    {{ adapter.quote(column_name) }} comment {{ text_literal(column_comment(column_dict.get(column_name, {}).get('description'))) }}
{%- endmacro %}
