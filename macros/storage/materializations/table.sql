{# Materialization of a model that is built as a whole: write a version aside, check it, publish it. dbt-spark's own drops the table
   first and writes it afterwards; readers miss it meanwhile and a failure loses it. A table that is as new as its inputs stays. #}
{% materialization table, adapter='spark', supported_languages=['sql'] %}
    {%- set published = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% do build_or_keep(published, compiled_code, must_rebuild()) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [published]}) }}
{% endmaterialization %}


{# Build what must be built; of any other table only the descriptions can have changed. #}
{% macro build_or_keep(published, sql, must_build, replaced=none) %}
    {% if must_build %}
        {% do build_version(published, sql, replaced) %}
    {% else %}
        {% do publish_comments(model, published) %}
        {% do say_unchanged() %}
    {% endif %}
{% endmacro %}

{# Write this run's version of a table, check it and publish it. #}
{% macro build_version(published, sql, replaced) %}
    {%- set version = in_versions(version_name(published.identifier, run_id())) -%}
    {% do give_sign_of_life() %}
    {%- call statement('main') -%}
        {{ create_version_as(version, sql) }}
    {%- endcall -%}
    {%- set columns = adapter.get_columns_in_relation(version) -%}
    {% do assert_contract(columns) %}
    {% do publish(model, published, version, columns, load_cached_relation(this), replaced) %}
{% endmacro %}

{% macro say_unchanged() %}
    {% call noop_statement('main', 'unchanged', 'SKIP', 0) %}{% endcall %}
{% endmacro %}


{% macro create_version_as(version, sql) %}
    {%- set partition_columns = partition_columns_of(model) %}
    {%- set order = partition_columns + config.get('meta', {}).get('sorted_by', []) %}
    create table {{ version }}
    using parquet
    {{ partitioned_by(model) }}
    as
    {# Few files of good size: adaptive execution splits and joins the partitions of this last shuffle by their bytes. In the order of
       the model's `sorted_by` they are smaller, and readers skip more of them. #}
    select * from (
        select /*+ rebalance{{ '(' ~ partition_columns | join(', ') ~ ')' if partition_columns }} */ *
        from (
            {{ sql }}
        )
    )
    {{ 'sort by ' ~ order | join(', ') if order }}
{% endmacro %}


{# dbt's own check of a contract asks Spark for the columns of each query before it is run, and compares coarse types. This one looks at
   the columns of the version, before anybody sees it. #}
{% macro assert_contract(columns) %}
    {% if config.get('contract').enforced %}
        {% set declared = names_and_types(model.columns.values(), 'data_type') %}
        {% set given = names_and_types(columns, 'dtype') %}
        {% if given != declared %}
            {% set missing = declared | reject('in', given) | join(', ') or 'its columns in their order, partitions last' %}
            {% set unexpected = given | reject('in', declared) | join(', ') %}
            {% do exceptions.raise_compiler_error(
                'The contract of ' ~ model.name ~ ' says ' ~ missing ~ (', and its query gives ' ~ unexpected if unexpected)
                ~ '. Change the model or the contract.'
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
