{# Settle what an interrupted or failed run left of some tables: a version that the catalog points at already is published to the end,
   any other is deleted, finished or not. Can be repeated. #}
{% macro settle(run, tables) %}
    {% set published = published_runs() %}
    {% set complete = [] %}
    {% for row in run_query('show tables in ' ~ in_versions('published').without_identifier() ~ ' like ' ~ text_literal('*__' ~ run)) %}
        {% do complete.append(row['tableName'].removesuffix('__' ~ run)) %}
    {% endfor %}
    {% set manifests = partitions_of(in_versions('manifests')) %}
    {% set leftovers = [] %}

    {% for table in tables if run not in published.get(table, []) %}
        {% set has_manifest = version_entry(table, run) in manifests %}
        {% if table in complete and is_switching_to(table, run, has_manifest) %}
            {% if has_manifest %}
                {% do finish_switch(table, run) %}
            {% endif %}
            {% do mark_published(table, run) %}
        {% else %}
            {% if has_manifest %}
                {% do run_statement(
                    'alter table ' ~ in_versions('manifests') ~ ' drop if exists ' ~ version_entry_clause(table, run)
                ) %}
            {% endif %}
            {% do run_statement('drop table if exists ' ~ in_versions(version_name(table, run))) if table in complete %}
            {% do leftovers.extend([version_name(table, run), 'manifests/' ~ version_entry(table, run)]) %}
        {% endif %}
    {% endfor %}
    {% do delete_folders(leftovers) %}
{% endmacro %}

{# Whether the catalog's table points at a version of that run, or may do so in some of its partitions. #}
{% macro is_switching_to(table, run, has_manifest) %}
    {% set relation = adapter.get_relation(database=none, schema=target.schema, identifier=table) %}
    {% if relation is none or not relation.is_table %}
        {{ return(false) }}
    {% endif %}
    {% for row in run_query('describe table extended ' ~ relation) if row[0] == 'Location' %}
        {{ return(row[1].endswith('/' ~ version_name(table, run))) }}
    {% endfor %}
{% endmacro %}

{% macro finish_switch(table, run) %}
    {% set manifest = manifest_of(table, run) %}
    {% set written = [] %}
    {% for partition, entry in manifest.items() if entry.written_by == run %}
        {% do written.append(partition) %}
    {% endfor %}
    {% do switch_partitions(api.Relation.create(schema=target.schema, identifier=table), manifest, written) %}
{% endmacro %}
