{# Add what a run did to the table run_ledger: a row for each model and seed. `results`: dbt's. What was written comes from the
   summaries of the run's snapshots. How many bytes were read is known where scripts/run has counted them, in the temporary view
   bytes_read_by_node. #}
{% macro write_run_ledger(results) %}
    {% set ledger = api.Relation.create(schema=target.schema, identifier='run_ledger') %}
    {% set rows = [] %}
    {% for result in results if result.node.resource_type in ['model', 'seed'] %}
        {% set node = result.node %}
        {% set key = 'summary[' ~ text_literal('sparkify.' ~ node.alias) ~ ']' %}
        {% set has_written = result.status == 'success' and result.message != 'unchanged' and node.config.materialized != 'view' %}
        {% set row %}
            select
                {{ text_literal(node.unique_id) }} as node_id,
                {{ text_literal(node.alias) }} as table_name,
                {{ text_literal('unchanged' if result.message == 'unchanged' else result.status) }} as status,
                {{ 'max(get_json_object(' ~ key ~ ", '$.reason'))" if has_written else 'cast(null as string)' }} as reason,
                cast({{ result.execution_time }} as double) as seconds
                {%- for name, column in {'records': 'rows', 'data-files': 'files', 'files-size': 'bytes'}.items() %},
                {{ "coalesce(sum(cast(summary['added-" ~ name ~ "'] as bigint)), 0)" if has_written else '0L' }} as {{ column }}_written
                {%- endfor %}
            {{ 'from ' ~ relation_of(node) ~ '.snapshots where get_json_object(' ~ key ~ ", '$.run') = " ~ text_literal(run_id()) if has_written }}
        {% endset %}
        {% do rows.append(row) %}
    {% endfor %}
    {% if rows %}
        {% set bytes_are_known = run_query('set sparkify.bytes_read')[0][1] == 'true' %}
        {% set source = graph.sources['source.sparkify.lake.run_ledger'] %}
        {% do create_schema(ledger) %}
        {% do run_statement(
            'create table if not exists ' ~ ledger ~ columns_clause(source) ~ ' using iceberg location '
            ~ text_literal(schema_location(target.schema) ~ '/run_ledger') ~ ' comment ' ~ text_literal(column_comment(source.description))
        ) %}
        {% do run_statement(
            'insert into ' ~ ledger ~ ' select /*+ coalesce(1) */ ' ~ text_literal(run_id()) ~ ', ' ~ run_started() ~ ', '
            ~ text_literal(flags.WHICH) ~ ', nullif(' ~ text_literal(env_var('SPARKIFY_GIT_COMMIT', '')) ~ ", ''), table_name, status, reason,"
            ~ ' seconds, rows_written, files_written, bytes_written, ' ~ ('bytes_read' if bytes_are_known else 'cast(null as bigint)')
            ~ ' from (' ~ rows | join(' union all ') ~ ')' ~ (' left join bytes_read_by_node using (node_id)' if bytes_are_known else '')
        ) %}
    {% endif %}
{% endmacro %}
