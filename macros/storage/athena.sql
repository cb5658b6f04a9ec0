{# What Athena does otherwise than Trino: it has no `create or replace table` and no column comments in SQL, and its timestamps have no
   time zone. #}

{% macro athena__write_whole_table(table, sql, query, plan, existing) %}
    {% if existing is not none and plan.write == 'rows' %}
        {{ return([merge_of_rows(table, sql, 'boolean', '(values true) as marks (mark)', 'mark')]) }}
    {% endif %}
    {# Built under another name, then swapped by one call to Glue. Leftovers of a killed run may share files with the live table, so they
       are not deleted. #}
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
