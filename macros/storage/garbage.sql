{# Delete folders of the versions schema, whether they are there or not: SQL has no statement for that, but a partition that is
   dropped from a managed table takes its folder with it. Interrupted, the next call goes on. #}
{% macro delete_folders(names) %}
    {% set added = [] %}
    {% for name in names %}
        {% do added.append(
            'partition (folder = ' ~ text_literal(local_md5(name)) ~ ') location '
            ~ text_literal(schema_location(versions_schema()) ~ '/' ~ name)
        ) %}
    {% endfor %}
    {% if added %}
        {% do run_statement('alter table ' ~ in_versions('garbage') ~ ' add if not exists ' ~ added | join(' ')) %}
    {% endif %}
    {% set dropped = [] %}
    {% for partition in partitions_of(in_versions('garbage')) %}
        {% do dropped.append(partition_clause(partition)) %}
    {% endfor %}
    {% if dropped %}
        {% do run_statement('alter table ' ~ in_versions('garbage') ~ ' drop if exists ' ~ dropped | join(', ')) %}
    {% endif %}
{% endmacro %}
