{# Delete the versions that no table may go back to any more: all but the newest `kept` published ones of each table that no other
   run is at work on. Data goes first and its entry among the published last, so that an interrupted deletion goes on in the next run. #}
{% macro delete_old_versions(kept) %}
    {% set expired = [] %}
    {% set in_use = claimed_by_others() %}
    {% for table, runs in published_runs().items() if table not in in_use %}
        {% for run in runs[:-kept] %}
            {% do expired.append((table, run)) %}
        {% endfor %}
    {% endfor %}
    {% if expired %}
        {% set manifests = partitions_of(in_versions('manifests')) %}
        {% set with_manifest = [] %}
        {% for table, run in expired %}
            {% if version_entry(table, run) in manifests %}
                {% do with_manifest.append((table, run)) %}
            {% else %}
                {% do run_statement('drop table if exists ' ~ in_versions(version_name(table, run))) %}
            {% endif %}
        {% endfor %}
        {% do delete_old_partitions(with_manifest) %}
        {% set dropped = [] %}
        {% set folders = [] %}
        {% for table, run in expired %}
            {% do dropped.append(version_entry_clause(table, run)) %}
            {% do folders.extend(['manifests/' ~ version_entry(table, run), 'published/' ~ version_entry(table, run)]) %}
        {% endfor %}
        {% do delete_folders(folders) %}
        {% do run_statement('alter table ' ~ in_versions('manifests') ~ ' drop if exists ' ~ dropped | join(', ')) %}
        {% do run_statement('alter table ' ~ in_versions('published') ~ ' drop if exists ' ~ dropped | join(', ')) %}
    {% endif %}
{% endmacro %}

{# Partitions stay as long as a kept manifest names them, in whichever run's version they are. #}
{% macro delete_old_partitions(expired) %}
    {% if not expired %}
        {{ return(none) }}
    {% endif %}
    {% set of_expired = [] %}
    {% for table, run in expired %}
        {% do of_expired.append('(table_name = ' ~ text_literal(table) ~ ' and run = ' ~ text_literal(run) ~ ')') %}
    {% endfor %}
    {% set versions = {} %}
    {% for row in run_query(
        'select table_name, written_by, partition_path, min(' ~ of_expired | join(' or ') ~ ') as is_expired from '
        ~ in_versions('manifests') ~ ' where not is_empty group by table_name, written_by, partition_path'
    ) %}
        {% set version = versions.setdefault(version_name(row[0], row[1]), {'kept': [], 'expired': []}) %}
        {% do version['expired' if row[3] else 'kept'].append(row[2]) %}
    {% endfor %}
    {% for name, partitions in versions.items() if partitions.expired %}
        {% if partitions.kept %}
            {% set clauses = [] %}
            {% for partition in partitions.expired %}
                {% do clauses.append(partition_clause(partition)) %}
            {% endfor %}
            {% do run_statement('alter table ' ~ in_versions(name) ~ ' drop if exists ' ~ clauses | join(', ')) %}
        {% else %}
            {% do run_statement('drop table if exists ' ~ in_versions(name)) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# Run by scripts/erase: nobody may go back to what was erased. #}
{% macro delete_versions_before_the_newest() %}
    {% do open_run() %}
    {% do delete_old_versions(1) %}
    {% do close_run([]) %}
{% endmacro %}
