{# What dbt needs of a catalog: to create schemas and to list tables and views. #}

{# The location of a schema: the folder of its name in the lake. #}
{% macro schema_location(schema) -%}
    {{ return(absolute_path(lake_place()) ~ '/' ~ schema) }}
{%- endmacro %}

{% macro lake_place() -%}
    {{ return(env_var('SPARKIFY_LAKE', 'lake').rstrip('/').replace('s3a://', 's3://')) }}
{%- endmacro %}

{# The schema of staging and intermediate models, apart from what analysts read. #}
{% macro staging_schema() -%}
    {{ return(target.schema ~ '_staging') }}
{%- endmacro %}

{# Stop a run on a lake that was copied or moved: Iceberg's metadata holds whole paths, so the run would write into the original. Only
   Spark can tell. #}
{% macro check_lake_is_here() %}
    {% for schema in [target.schema, staging_schema()] if target.type == 'spark' and run_query('show schemas like ' ~ text_literal(schema)) %}
        {% set here = run_query('select ' ~ text_literal(schema_location(schema)))[0][0] %}
        {% for row in run_query('describe schema extended ' ~ schema) if row[0] == 'Location' %}
            {% set made_in = row[1].removeprefix('file:') %}
            {% if made_in.replace('//', '/') != here.removeprefix('file:').replace('//', '/') %}
                {% do exceptions.raise_compiler_error(
                    'The lake in ' ~ lake_place() ~ ' was made in ' ~ made_in.removesuffix('/' ~ schema) ~ '; name it so if that is the same'
                    ~ ' folder, or if it was copied or moved, take it over by sparkify adopt --lake.'
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{% macro spark__create_schema(relation) %}
    {% do run_statement(
        'create schema if not exists ' ~ relation.without_identifier() ~ ' location '
        ~ text_literal(schema_location(relation.schema.split('.')[-1]))
    ) %}
{% endmacro %}

{% macro trino__create_schema(relation) %}
    {# In a transaction, which the adapter ends. #}
    {% call statement('create_schema') %}
        create schema if not exists {{ relation.without_identifier() }}
        with (location = {{ text_literal(schema_location(relation.schema)) }})
    {% endcall %}
{% endmacro %}

{# dbt calls this to list a schema. dbt-spark uses `show table extended`, which leaves Iceberg views out. #}
{% macro spark__list_relations_without_caching(relation) %}
    {% set listed = {} %}
    {# Iceberg reports a missing schema in words that dbt-spark does not recognize. #}
    {% if '.' in relation.schema or run_query('show schemas like ' ~ text_literal(relation.schema)) %}
        {% for kind in ['view', 'table'] %}
            {% for row in run_query('show ' ~ kind ~ 's in ' ~ relation.schema) if not row[2] and row[1] not in listed %}
                {% set said = 'Type: ' ~ kind | upper ~ '\nProvider: iceberg\n' ~ described(relation.schema, row[1], kind) %}
                {% do listed.update({row[1]: [relation.schema, row[1], false, said]}) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(listed.values()) }}
{% endmacro %}

{# Columns, bytes and rows of a relation in the form that dbt-spark reads. Used for the documentation only. #}
{% macro described(schema, name, kind) %}
    {% if flags.WHICH != 'generate' %}
        {{ return('Schema: root\n') }}
    {% endif %}
    {% set relation = api.Relation.create(schema=schema, identifier=name) %}
    {% set columns = [] %}
    {% for column in adapter.get_columns_in_relation(relation) %}
        {% do columns.append(' |-- ' ~ column.name ~ ': ' ~ column.dtype ~ ' (nullable = true)') %}
    {% endfor %}
    {% set size = run_query(
        'select coalesce(sum(file_size_in_bytes), 0), coalesce(sum(record_count), 0) from ' ~ relation ~ '.files'
    )[0] if kind == 'table' and '.' not in schema else none %}
    {{ return(
        'Schema: root\n' ~ columns | join('\n') ~ '\n' ~ ('Statistics: ' ~ size[0] ~ ' bytes, ' ~ size[1] ~ ' rows' if size else '')
    ) }}
{% endmacro %}
