{# What differs on Athena from Trino: no `create or replace table`, no description of columns in SQL, and no instants in its tables,
   whose timestamps are in UTC. #}

{% macro athena__write_whole_table(table, sql, query, plan, existing) %}
    {% if existing is not none and plan.write == 'rows' %}
        {{ return([merge_of_rows(table, sql, 'boolean', '(values true) as marks (mark)', 'mark')]) }}
    {% endif %}
    {# Aside, then in the place of the other one by a single call of Glue. What a killed run has left may have the files of that one. #}
    {% set new = api.Relation.create(database=table.database, schema=staging_schema(), identifier=table.identifier ~ '__new', type='table') %}
    {% do adapter.delete_from_glue_catalog(new) if existing is not none %}
    {{ return([create_iceberg_table(table, query)] if existing is none else [create_iceberg_table(new, query), new]) }}
{% endmacro %}

{% macro create_iceberg_table(table, query) %}
    {%- set partitions = config.get('partitioned_by') if config -%}
    create table {{ table }} with (
        table_type = 'iceberg', is_external = false, format = 'parquet', write_compression = 'zstd',
        location = '{{ adapter.generate_s3_location(table, target.s3_data_dir, target.s3_data_naming) }}/'
        {%- if partitions %}, partitioning = array['{{ partitions | join("', '") }}'] {%- endif %}
    ) as {{ query }}
{% endmacro %}

{% macro athena__create_missing_table(table, node) %}
    {% set nulls = [] %}
    {% for column in node.columns.values() %}
        {% do nulls.append('cast(null as ' ~ column_type(column.data_type) ~ ') as ' ~ column.name) %}
    {% endfor %}
    {% if load_cached_relation(table) is none %}
        {% do run_statement(create_iceberg_table(table, 'select ' ~ nulls | join(', ') ~ ' where false')) %}
    {% endif %}
{% endmacro %}

{% macro athena__publish_comments(table, written) %}
    {% do persist_docs(table, model) if written in ['table', 'rows'] %}
{% endmacro %}
