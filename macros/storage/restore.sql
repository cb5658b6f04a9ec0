{# Put every table back to what it was when a run had ended, as this run's version: dbt run-operation restore --args '{run: …}'.
   scripts/restore calls it and lists the runs. Raw files that arrived since then are built in again by the next run. #}
{% macro restore(run) %}
    {% do open_run() %}
    {% set published = published_runs() %}
    {% do published.pop('run_ledger', none) %}
    {% for table, runs in published.items() if runs[0] > run %}
        {% do exceptions.raise_compiler_error(
            'The version of ' ~ table ~ ' as of ' ~ run ~ ' is not kept any more; ./scripts/restore --list says which runs can be restored.'
        ) %}
    {% endfor %}
    {% for table, runs in published.items() if runs[-1] > run %}
        {% do restore_table(table, runs | select('le', run) | list | last, runs[-1]) %}
    {% endfor %}
    {% do close_run([]) %}
{% endmacro %}

{% macro restore_table(table, run, current_run) %}
    {% set published = api.Relation.create(schema=target.schema, identifier=table) %}
    {% set old = manifest_of(table, run) %}
    {% if old %}
        {% set current = manifest_of(table, current_run) %}
        {% set manifest = next_manifest({}, [], current) %}
        {% do manifest.update(old) %}
        {% do write_manifest(table, run_id(), manifest) %}
        {% set changed = [] %}
        {% for partition, entry in manifest.items() if current.get(partition, {}).get('written_by') != entry.written_by %}
            {% do changed.append(partition) %}
        {% endfor %}
        {% do switch_partitions(published, manifest, changed) %}
    {% else %}
        {% do run_statement(
            'create table ' ~ in_versions(version_name(table, run_id())) ~ ' using parquet as select * from '
            ~ in_versions(version_name(table, run))
        ) %}
        {% do run_statement(
            'alter table ' ~ published ~ ' set location ' ~ text_literal(version_location(table, run_id()))
        ) %}
    {% endif %}
    {% do mark_published(table, run_id()) %}
    {% do run_statement('refresh table ' ~ published) %}
{% endmacro %}
