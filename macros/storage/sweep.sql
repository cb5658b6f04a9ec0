{# Delete versions that this catalog does not know and that newer ones have replaced: what a lost catalog leaves behind. Looked for
   until there are none; from then on a catalog knows all that is written. #}
{% macro sweep_unknown_versions() %}
    {% if table_property(in_versions('published'), 'sparkify.swept') is none %}
        {% set published = published_runs() %}
        {% set unknown = unknown_versions() %}
        {% set leftovers = [] %}
        {% for name in unknown if name.split('__')[0] in published %}
            {% set table, run = name.split('__') %}
            {% do leftovers.extend([name, 'manifests/' ~ version_entry(table, run), 'published/' ~ version_entry(table, run)]) %}
        {% endfor %}
        {% if leftovers %}
            {% do delete_folders(leftovers) %}
        {% elif not unknown %}
            {% do run_statement('alter table ' ~ in_versions('published') ~ " set tblproperties ('sparkify.swept' = 'true')") %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# Names of the folders with versions that the catalog has no table for. #}
{% macro unknown_versions() %}
    {% do run_statement(
        'create or replace temporary view version_files using binaryFile options (path '
        ~ text_literal(schema_location(versions_schema())) ~ ", recursiveFileLookup 'true', pathGlobFilter '*.parquet')"
    ) %}
    {% set open = open_runs() %}
    {% set known = [] %}
    {% for row in run_query('show tables in ' ~ in_versions('published').without_identifier()) %}
        {% do known.append(row['tableName']) %}
    {% endfor %}
    {% set unknown = [] %}
    {% for row in run_query('select distinct ' ~ version_in_path('path') ~ ' from version_files')
        if row[0] and row[0] not in known and row[0].split('__')[-1] not in open %}
        {% do unknown.append(row[0]) %}
    {% endfor %}
    {{ return(unknown) }}
{% endmacro %}
