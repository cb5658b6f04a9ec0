{# Point a published table at a version. Without partitions that is one statement, so that readers see the old table or the
   new one; a table that is new, or whose columns changed, is made anew. #}
{% macro publish_version(published, version, columns, existing) %}
    {% set location = schema_location(version.schema) ~ '/' ~ version.identifier %}
    {% set partition_columns = config.get('partition_by', []) %}

    {% if existing is not none and has_same_columns(existing, columns) %}
        {% do run_statement('alter table ' ~ published ~ ' set location ' ~ text_literal(location)) %}
        {% if partition_columns %}
            {% do publish_partitions(published, version, location) %}
        {% endif %}
        {% do publish_comments(published, columns) %}
    {% else %}
        {% if existing is not none %}
            {% do run_statement('drop ' ~ existing.type ~ ' if exists ' ~ existing) %}
        {% endif %}
        {% do run_statement(published_table_ddl(published, columns, partition_columns, location)) %}
        {% if partition_columns %}
            {% do run_statement('alter table ' ~ published ~ ' recover partitions') %}
        {% endif %}
    {% endif %}
    {% do run_statement('refresh table ' ~ published) %}
{% endmacro %}


{% macro has_same_columns(existing, columns) %}
    {% if not existing.is_table %}
        {{ return(false) }}
    {% endif %}
    {% set old = [] %}
    {% for column in adapter.get_columns_in_relation(existing) %}
        {% do old.append((column.name, column.dtype)) %}
    {% endfor %}
    {% set new = [] %}
    {% for column in columns %}
        {% do new.append((column.name, column.dtype)) %}
    {% endfor %}
    {{ return(old == new) }}
{% endmacro %}


{% macro published_table_ddl(published, columns, partition_columns, location) %}
    create table {{ published }} (
        {% for column in columns -%}
        {%- set comment = column_comment(model.columns.get(column.name, {}).get('description')) -%}
        {{ adapter.quote(column.name) }} {{ column.dtype }} comment {{ text_literal(comment) }}{{ ',' if not loop.last }}
        {% endfor %}
    )
    using parquet
    {{ partition_cols(label='partitioned by') }}
    location {{ text_literal(location) }}
    comment {{ text_literal(model.description) }}
    tblproperties ('sparkify.comments' = '{{ comments_fingerprint() }}')
{% endmacro %}


{# Write the descriptions of a table that is there already, if they are not those of the last time. #}
{% macro publish_comments(published, columns) %}
    {% if table_property(published, 'sparkify.comments') != comments_fingerprint() %}
        {% for column in columns %}
            {% set comment = column_comment(model.columns.get(column.name, {}).get('description')) %}
            {% do run_statement(
                'alter table ' ~ published ~ ' alter column ' ~ adapter.quote(column.name)
                ~ ' comment ' ~ text_literal(comment)
            ) %}
        {% endfor %}
        {% do run_statement(
            'alter table ' ~ published ~ ' set tblproperties (comment = ' ~ text_literal(model.description)
            ~ ", 'sparkify.comments' = '" ~ comments_fingerprint() ~ "')"
        ) %}
    {% endif %}
{% endmacro %}

{% macro comments_fingerprint() -%}
    {%- set comments = [model.description] -%}
    {%- for name, column in model.columns.items() -%}
        {%- do comments.append(name ~ ': ' ~ column.description) -%}
    {%- endfor -%}
    {{ return(local_md5(comments | join('\n'))) }}
{%- endmacro %}


{# Each partition has a location of its own in the catalog: drop those that are gone, add new ones, switch the others. #}
{% macro publish_partitions(published, version, location) %}
    {% set old = partitions_of(published) %}
    {% set new = partitions_of(version) %}
    {% set added = [] %}
    {% for partition in new if partition not in old %}
        {% do added.append(
            partition_clause(partition) ~ ' location ' ~ text_literal(location ~ '/' ~ partition)
        ) %}
    {% endfor %}
    {% if added %}
        {% do run_statement('alter table ' ~ published ~ ' add ' ~ added | join(' ')) %}
    {% endif %}
    {% for partition in new if partition in old %}
        {% do run_statement(
            'alter table ' ~ published ~ ' ' ~ partition_clause(partition)
            ~ ' set location ' ~ text_literal(location ~ '/' ~ partition)
        ) %}
    {% endfor %}
    {% set dropped = [] %}
    {% for partition in old if partition not in new %}
        {% do dropped.append(partition_clause(partition)) %}
    {% endfor %}
    {% if dropped %}
        {% do run_statement('alter table ' ~ published ~ ' drop ' ~ dropped | join(', ')) %}
    {% endif %}
{% endmacro %}

{# Partitions as the folders they are in, e.g. event_date=2018-11-01. #}
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
