{# Materialization of every parquet model on Spark: write a new version aside, check it, then point the table at it.
   dbt-spark's own drops the table first and writes it afterwards; readers miss it meanwhile and a failure loses it.

   A model `songplays` of schema `sparkify` is two things in the catalog: an external table sparkify.songplays, which people
   read and which holds no files of its own, and managed tables sparkify_versions.songplays__<run>, each one whole version. #}
{% materialization table, adapter='spark', supported_languages=['sql'] %}
    {%- set published = this.incorporate(type='table') -%}
    {%- set version = version_relation(published) -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks) }}
    {% do create_schema(version) %}

    {%- call statement('main') -%}
        {{ create_version_as(version, compiled_code) }}
    {%- endcall -%}
    {%- set columns = adapter.get_columns_in_relation(version) -%}
    {% do assert_contract_types(version, columns) %}
    {% do publish_version(published, version, columns, existing) %}
    {% do drop_old_versions(published) %}

    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [published]}) }}
{% endmaterialization %}


{% macro create_version_as(version, sql) %}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
        {%- set sql = get_select_subquery(sql) -%}
    {%- endif %}
    {%- set partition_columns = config.get('partition_by', []) %}
    create table {{ version }}
    using parquet
    {{ partition_cols(label='partitioned by') }}
    as
    {# Few files of good size: adaptive execution splits and joins the partitions of this last shuffle by their bytes. #}
    select /*+ rebalance{{ '(' ~ partition_columns | join(', ') ~ ')' if partition_columns }} */ *
    from (
        {{ sql }}
    )
{% endmacro %}


{# dbt's contract compares coarse types; this one compares the version's real ones, before anybody sees it. #}
{% macro assert_contract_types(version, columns) %}
    {% if config.get('contract').enforced %}
        {% for column in columns %}
            {% set declared = model.columns[column.name].data_type | lower %}
            {% if column.dtype | lower != declared %}
                {% do run_statement('drop table if exists ' ~ version) %}
                {% do exceptions.raise_compiler_error(
                    'The contract of ' ~ model.name ~ ' says ' ~ column.name ~ ' ' ~ declared ~ ', the query gives '
                    ~ column.dtype ~ '. Cast it in the model or change the contract.'
                ) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}
