{# What dbt asks of a catalog: making schemas, and listing tables and views. #}

{# Where a schema's files lie: in a folder of the lake with its name. #}
{% macro schema_location(schema) -%}
    {{ return(absolute_path(lake_place()) ~ '/' ~ schema) }}
{%- endmacro %}

{% macro lake_place() -%}
    {{ return(env_var('SPARKIFY_LAKE', 'lake').rstrip('/').replace('s3a://', 's3://')) }}
{%- endmacro %}

{# Iceberg's metadata holds whole paths: stop before a lake that was copied or moved writes into the place that it came from. #}
{% macro check_lake_is_here() %}
    {% for schema in [target.schema, staging_schema()] if run_query('show schemas like ' ~ text_literal(schema)) %}
        {% set here = run_query('select ' ~ text_literal(schema_location(schema)))[0][0] %}
        {% for row in run_query('describe schema extended ' ~ schema) if row[0] == 'Location' %}
            {% if row[1].removeprefix('file:').replace('//', '/') != here.removeprefix('file:').replace('//', '/') %}
                {% do exceptions.raise_compiler_error(
                    'The lake in ' ~ lake_place() ~ ' was made in ' ~ row[1].removeprefix('file:').removesuffix('/' ~ schema) ~ '; name it so if that is the same'
                    ~ ' folder, or if it was copied or moved, take it over by ./scripts/adopt --lake.'
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# Schema of staging and intermediate models: apart from what analysts read. #}
{% macro staging_schema() -%}
    {{ return(target.schema ~ '_staging') }}
{%- endmacro %}

{% macro spark__create_schema(relation) %}
    {% set schema = relation.without_identifier() %}
    {% do run_statement(
        'create schema if not exists ' ~ schema ~ ' location ' ~ text_literal(schema_location(relation.schema.split('.')[-1]))
    ) %}
{% endmacro %}

{% macro trino__create_schema(relation) %}
    {# In a transaction, which the adapter ends. #}
    {% call statement('create_schema') %}
        create schema if not exists {{ relation.without_identifier() }}
        with (location = {{ text_literal(schema_location(relation.schema)) }})
    {% endcall %}
{% endmacro %}

{# dbt calls this for the tables and views of a schema. `show table extended`, which dbt-spark has here, knows no Iceberg views. #}
{% macro spark__list_relations_without_caching(relation) %}
    {% set listed = [] %}
    {% set views = [] %}
    {# Of a schema that is not there Iceberg says so in words that dbt-spark does not know. #}
    {% if '.' not in relation.schema and not run_query('show schemas like ' ~ text_literal(relation.schema)) %}
        {% do return(listed) %}
    {% endif %}
    {% for row in run_query('show views in ' ~ relation.schema) if not row[2] %}
        {% do views.append(row[1]) %}
        {% do listed.append([row[0], row[1], false, 'Type: VIEW\n' ~ described(relation.schema, row[1])]) %}
    {% endfor %}
    {% set tables = [] %}
    {% for row in run_query('show tables in ' ~ relation.schema) if not row[2] and row[1] not in views %}
        {% do tables.append(row[1]) %}
    {% endfor %}
    {% set statistics = table_statistics(relation.schema, tables) %}
    {% for name in tables %}
        {% do listed.append([
            relation.schema, name, false,
            'Type: TABLE\nProvider: iceberg\n' ~ described(relation.schema, name) ~ statistics.get(name, ''),
        ]) %}
    {% endfor %}
    {% do return(listed) %}
{% endmacro %}

{# The columns of a relation in the words that dbt-spark reads, for the documentation alone. #}
{% macro described(schema, name) %}
    {% set lines = [] %}
    {% if flags.WHICH == 'generate' %}
        {% set columns = {} %}
        {% for row in run_query('describe table ' ~ schema ~ '.' ~ adapter.quote(name)) if row[0] and not row[0].startswith('#') %}
            {% do columns.setdefault(row[0], row[1]) %}
        {% endfor %}
        {% for column, type in columns.items() %}
            {% do lines.append(' |-- ' ~ column ~ ': ' ~ type ~ ' (nullable = true)') %}
        {% endfor %}
    {% endif %}
    {{ return('Schema: root\n' ~ lines | join('\n') ~ '\n') }}
{% endmacro %}

{# Bytes and rows of Iceberg tables by name, in the words that dbt-spark reads, for the documentation alone. #}
{% macro table_statistics(schema, names) %}
    {% set statistics = {} %}
    {% if flags.WHICH == 'generate' and names and '.' not in schema %}
        {% set counts = [] %}
        {% for name in names %}
            {% do counts.append(
                'select ' ~ text_literal(name) ~ ', coalesce(sum(file_size_in_bytes), 0), coalesce(sum(record_count), 0) from '
                ~ schema ~ '.' ~ adapter.quote(name) ~ '.files'
            ) %}
        {% endfor %}
        {% for row in run_query(counts | join(' union all ')) %}
            {% do statistics.update({row[0]: 'Statistics: ' ~ row[1] ~ ' bytes, ' ~ row[2] ~ ' rows'}) %}
        {% endfor %}
    {% endif %}
    {{ return(statistics) }}
{% endmacro %}
