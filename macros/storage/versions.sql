{# Tables are written aside, as versions, in a schema of their own. Beside the versions it has small tables, of which the first
   two outlive the catalog:

     published   has a partition for each run that published a table: the newest one is what readers of files go by
     manifests   says for each published version of a partitioned table which run wrote each partition
     garbage     is a table whose partitions are folders to delete
     open_runs   has partitions for the runs that are under way #}
{% macro versions_schema() -%}
    {{ target.schema }}_versions
{%- endmacro %}

{% macro in_versions(name) -%}
    {{ return(api.Relation.create(schema=versions_schema(), identifier=name, type='table')) }}
{%- endmacro %}

{% macro version_name(table, run) -%}
    {{ return(table ~ '__' ~ run) }}
{%- endmacro %}

{# Where the files of a version lie, or of one of its partitions, e.g. event_date=2018-11-01. #}
{% macro version_location(table, run, partition=none) -%}
    {{ return(
        schema_location(versions_schema()) ~ '/' ~ version_name(table, run) ~ ('/' ~ partition if partition else '')
    ) }}
{%- endmacro %}

{% macro create_versions_schema() %}
    {% do create_schema(in_versions('published')) %}
    {% do check_schema_is_of_this_lake() %}
    {% do run_statement(
        'create table if not exists ' ~ in_versions('published')
        ~ ' (nothing string, table_name string, run string) using parquet partitioned by (table_name, run) location '
        ~ text_literal(schema_location(versions_schema()) ~ '/published')
    ) %}
    {% do run_statement(
        'create table if not exists ' ~ in_versions('manifests')
        ~ ' (partition_path string, written_by string, is_empty boolean, table_name string, run string)'
        ~ ' using json partitioned by (table_name, run) location '
        ~ text_literal(schema_location(versions_schema()) ~ '/manifests')
    ) %}
    {% do run_statement(
        'create table if not exists ' ~ in_versions('garbage')
        ~ ' (nothing string, folder string) using parquet partitioned by (folder)'
    ) %}
{% endmacro %}

{# A catalog that has the schema already has its place too: that of another lake, if it served one. #}
{% macro check_schema_is_of_this_lake() %}
    {# s3 and s3a are one, and who named no file system has got one. #}
    {% set place = schema_location(versions_schema()).removeprefix('${system:user.dir}').split(':', 1)[-1].replace('//', '/') %}
    {% for row in run_query('describe schema ' ~ versions_schema()) if row[0] == 'Location' %}
        {# What a URI escapes or a path leaves out is written in several ways: then nothing is known. #}
        {% if '%' not in row[1] and '/.' not in place and not row[1].rstrip('/').replace('//', '/').endswith(place) %}
            {% do exceptions.raise_compiler_error(
                'The schema ' ~ versions_schema() ~ ' of this catalog lies in ' ~ row[1] ~ ', not in the lake '
                ~ env_var('SPARKIFY_LAKE', 'lake') ~ '; name another schema by SPARKIFY_SCHEMA, or another catalog.'
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# The runs that published each table, oldest first: {table: [run, …]}; none where there are no versions. #}
{% macro published_runs() %}
    {{ return(adapter.dispatch('published_runs', 'sparkify')()) }}
{% endmacro %}

{% macro default__published_runs() %}
    {{ return({}) }}
{% endmacro %}

{% macro spark__published_runs() %}
    {% set runs = {} %}
    {% for partition in partitions_of(in_versions('published')) | sort %}
        {% set table, run = partition.removeprefix('table_name=').split('/run=') %}
        {% do runs.setdefault(table, []).append(run) %}
    {% endfor %}
    {{ return(runs) }}
{% endmacro %}

{# Partitions of a table as the folders they are in, e.g. event_date=2018-11-01. #}
{% macro partitions_of(relation) %}
    {% set partitions = [] %}
    {% for row in run_query('show partitions ' ~ relation) %}
        {% do partitions.append(row[0]) %}
    {% endfor %}
    {{ return(partitions) }}
{% endmacro %}

{% macro partition_clause(partition) %}
    {% set parts = [] %}
    {% for part in partition.split('/') %}
        {% do parts.append(part.split('=')[0] ~ ' = ' ~ text_literal(part.split('=')[1])) %}
    {% endfor %}
    {{ return('partition (' ~ parts | join(', ') ~ ')') }}
{% endmacro %}

{# A version's partition in the tables `published` and `manifests`. #}
{% macro version_entry(table, run) -%}
    {{ return('table_name=' ~ table ~ '/run=' ~ run) }}
{%- endmacro %}

{% macro version_entry_clause(table, run) %}
    {{ return(partition_clause(version_entry(table, run))) }}
{% endmacro %}
