{# Join small files of tables and apply row deletes; of every table of the project if none is named. `sparkify maintain` runs this. Where
   only Trino or Athena builds, run it by hand: dbt run-operation join_small_files #}
{% macro join_small_files(tables=[]) %}
    {% do check_lake_is_here() %}
    {% set stored = [] %}
    {% for node in graph.nodes.values() if node.config.materialized in ['table', 'incremental', 'seed'] and not tables %}
        {% do stored.append(relation_of(node)) if load_cached_relation(relation_of(node)) is not none %}
    {% endfor %}
    {% if stored and load_cached_relation(snapshot_states()) is not none %}
        {% set snapshots = [] %}
        {% for table in stored %}
            {% do snapshots.append('select snapshot_id from ' ~ metadata_table(table, 'snapshots')) %}
        {% endfor %}
        {% do run_statement('delete from ' ~ snapshot_states() ~ ' where snapshot_id not in (' ~ snapshots | join(' union all ') ~ ')') %}
        {% do stored.append(snapshot_states()) %}
    {% endif %}
    {% for table in tables or stored %}
        {% do run_statement(
            'alter table ' ~ table ~ " execute optimize(file_size_threshold => '128MB')" if target.type == 'trino' else
            'optimize ' ~ table ~ ' rewrite data using bin_pack' if target.type == 'athena' else
            'call system.rewrite_data_files(table => ' ~ text_literal(table) ~ ", options => map('target-file-size-bytes', '134217728'))"
        ) %}
    {% endfor %}
{% endmacro %}
