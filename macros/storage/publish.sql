{# Publish this run's version of a table: point the catalog's table at it, then say so to those who read files. Each step can be
   repeated, so that a run that was killed in between is finished by the next one.

   A table `songplays` of schema `sparkify` is an external table in the catalog, sparkify.songplays, which people read and which
   holds no files of its own, and managed tables sparkify_versions.songplays__<run> with what each run wrote: all of it, or the
   partitions that changed. `replaced`: the partitions that this run answers for; none for all. #}
{% macro publish(node, published, version, columns, existing, replaced=none) %}
    {% set partition_columns = partition_columns_of(node) %}
    {% set location = version_location(published.identifier, run_id()) %}
    {% set keeps_table = existing is not none and has_same_columns(existing, columns) %}

    {% do assert_still_open() %}
    {% if partition_columns %}
        {% set runs = published_runs().get(published.identifier) %}
        {% set before = manifest_of(published.identifier, runs[-1]) if runs else {} %}
        {% set manifest = next_manifest(before, partitions_of(version), replaced) %}
        {% do write_manifest(published.identifier, run_id(), manifest) %}
    {% endif %}

    {% if keeps_table %}
        {% do run_statement('alter table ' ~ published ~ ' set location ' ~ text_literal(location)) %}
    {% else %}
        {% if existing is not none %}
            {% do run_statement('drop ' ~ existing.type ~ ' if exists ' ~ existing) %}
        {% endif %}
        {% do run_statement(published_table_ddl(node, published, columns, location)) %}
    {% endif %}
    {% if partition_columns %}
        {% set written_now = [] %}
        {% for partition, entry in manifest.items() if entry.written_by == run_id() %}
            {% do written_now.append(partition) %}
        {% endfor %}
        {% do switch_partitions(published, manifest, written_now) %}
    {% endif %}
    {% do mark_published(published.identifier, run_id()) %}

    {# A table that was made anew has both from its statement, and nobody has read it yet. #}
    {% if keeps_table %}
        {% do publish_comments(node, published) %}
        {% do set_fingerprint(node, published) %}
        {% do run_statement('refresh table ' ~ published) %}
    {% endif %}
{% endmacro %}

{# One folder is made, at once: the moment at which those who read files see the new version. #}
{% macro mark_published(table, run) %}
    {% do run_statement(
        'alter table ' ~ in_versions('published') ~ ' add if not exists ' ~ version_entry_clause(table, run)
    ) %}
{% endmacro %}

{# Bring a table's partitions in the catalog to its manifest: add new ones, drop those without rows, and switch `changed`. Each
   switches at once, one after the other: no engine has a statement for several. #}
{% macro switch_partitions(published, manifest, changed) %}
    {% set old = partitions_of(published) %}
    {% set added = [] %}
    {% set dropped = [] %}
    {% set switched = [] %}
    {% for partition, entry in manifest.items() %}
        {% set location = text_literal(version_location(published.identifier, entry.written_by, partition)) %}
        {% if entry.is_empty %}
            {% do dropped.append(partition_clause(partition)) if partition in old %}
        {% elif partition not in old %}
            {% do added.append(partition_clause(partition) ~ ' location ' ~ location) %}
        {% elif partition in changed %}
            {% do switched.append(partition_clause(partition) ~ ' set location ' ~ location) %}
        {% endif %}
    {% endfor %}
    {% if added %}
        {% do run_statement('alter table ' ~ published ~ ' add if not exists ' ~ added | join(' ')) %}
    {% endif %}
    {% for change in switched %}
        {% do run_statement('alter table ' ~ published ~ ' ' ~ change) %}
    {% endfor %}
    {% if dropped %}
        {% do run_statement('alter table ' ~ published ~ ' drop if exists ' ~ dropped | join(', ')) %}
    {% endif %}
{% endmacro %}


{% macro has_same_columns(existing, columns) %}
    {% if not existing.is_table %}
        {{ return(false) }}
    {% endif %}
    {{ return(names_and_types(adapter.get_columns_in_relation(existing), 'dtype') == names_and_types(columns, 'dtype')) }}
{% endmacro %}


{# [name and type, …] of columns, whose type is their `type`: dtype of those of a table, data_type of those of a contract. #}
{% macro names_and_types(columns, type) %}
    {% set texts = [] %}
    {% for column in columns %}
        {% do texts.append(column.name ~ ' ' ~ column[type] | lower) %}
    {% endfor %}
    {{ return(texts) }}
{% endmacro %}


{% macro published_table_ddl(node, published, columns, location) %}
    create table {{ published }} (
        {% for column in columns -%}
        {%- set comment = column_comment(node.columns.get(column.name, {}).get('description')) -%}
        {{ adapter.quote(column.name) }} {{ column.dtype }} comment {{ text_literal(comment) }}{{ ',' if not loop.last }}
        {% endfor %}
    )
    using parquet
    {{ partitioned_by(node) }}
    location {{ text_literal(location) }}
    comment {{ text_literal(node.description) }}
    tblproperties (
        'sparkify.comments' = '{{ comments_fingerprint(node) }}',
        'sparkify.fingerprint' = '{{ fingerprint(node) }}'
    )
{% endmacro %}


{# Write the descriptions of a table that is there already, if they are not those of the last time. Spark can't change those of
   partition columns: they stay as they were when the table was made. #}
{% macro publish_comments(node, published) %}
    {% if table_property(published, 'sparkify.comments') != comments_fingerprint(node) %}
        {% for column in adapter.get_columns_in_relation(published) if column.name not in partition_columns_of(node) %}
            {% set comment = column_comment(node.columns.get(column.name, {}).get('description')) %}
            {% do run_statement(
                'alter table ' ~ published ~ ' alter column ' ~ adapter.quote(column.name)
                ~ ' comment ' ~ text_literal(comment)
            ) %}
        {% endfor %}
        {% do run_statement(
            'alter table ' ~ published ~ ' set tblproperties (comment = ' ~ text_literal(node.description)
            ~ ", 'sparkify.comments' = '" ~ comments_fingerprint(node) ~ "')"
        ) %}
    {% endif %}
{% endmacro %}

{% macro comments_fingerprint(node) -%}
    {%- set comments = [node.description] -%}
    {%- for name, column in node.columns.items() -%}
        {%- do comments.append(name ~ ': ' ~ column.description) -%}
    {%- endfor -%}
    {{ return(local_md5(comments | join('\n'))) }}
{%- endmacro %}


{% macro partition_columns_of(node) %}
    {{ return(node.config.get('partition_by') or []) }}
{% endmacro %}

{% macro partitioned_by(node) -%}
    {%- set columns = partition_columns_of(node) -%}
    {%- if columns -%} partitioned by ({{ columns | join(', ') }}) {%- endif -%}
{%- endmacro %}
