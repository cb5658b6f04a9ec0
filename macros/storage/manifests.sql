{# The manifest of a partitioned table as of a run: {partition: {written_by: run, is_empty: whether it has no rows any more}}. #}
{% macro manifest_of(table, run) %}
    {% set manifest = {} %}
    {% for row in run_query(
        'select partition_path, written_by, is_empty from ' ~ in_versions('manifests')
        ~ ' where table_name = ' ~ text_literal(table) ~ ' and run = ' ~ text_literal(run)
    ) %}
        {% do manifest.update({row[0]: {'written_by': row[1], 'is_empty': row[2]}}) %}
    {% endfor %}
    {{ return(manifest) }}
{% endmacro %}

{% macro write_manifest(table, run, manifest) %}
    {% set rows = [] %}
    {% for partition, entry in manifest.items() %}
        {% do rows.append(
            '(' ~ text_literal(partition) ~ ', ' ~ text_literal(entry.written_by) ~ ', ' ~ entry.is_empty | lower ~ ')'
        ) %}
    {% endfor %}
    {# Not into the table itself: models that end at the same time would write in one folder. #}
    {% do run_statement(
        'insert overwrite directory ' ~ text_literal(schema_location(versions_schema()) ~ '/manifests/' ~ version_entry(table, run))
        ~ ' using json select /*+ coalesce(1) */ * from ('
        ~ ('values ' ~ rows | join(', ') if rows else "select '', '', true where false")
        ~ ') as entries (partition_path, written_by, is_empty)'
    ) %}
    {% do run_statement(
        'alter table ' ~ in_versions('manifests') ~ ' add if not exists ' ~ version_entry_clause(table, run)
    ) %}
{% endmacro %}

{# What a table's manifest becomes when this run has written `written` of the partitions `replaced` (none: of all). A partition that
   has no rows any more stays in it, as who reads this table by partitions must learn of it. #}
{% macro next_manifest(before, written, replaced) %}
    {% set manifest = dict(before) %}
    {% for partition in (before if replaced is none else replaced) %}
        {% do manifest.update({partition: {'written_by': run_id(), 'is_empty': true}}) %}
    {% endfor %}
    {% for partition in written %}
        {% do manifest.update({partition: {'written_by': run_id(), 'is_empty': false}}) %}
    {% endfor %}
    {{ return(manifest) }}
{% endmacro %}
