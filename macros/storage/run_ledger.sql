{# Add what a run did to the table run_ledger: a row for each model and seed. `results`: dbt's. What was written comes from the
   summaries of the run's snapshots. How many bytes were read is known where scripts/run has counted them, in the temporary view
   bytes_read_by_node. #}
{% macro write_run_ledger(results) %}
    {% set rows = [] %}
    {% set summaries = [] %}
    {% for result in results if result.node.resource_type in ['model', 'seed'] %}
        {% do rows.append(
            '(' ~ [
                text_literal(result.node.unique_id),
                text_literal(result.node.alias),
                text_literal('unchanged' if result.message == 'unchanged' else result.status),
                'cast(' ~ result.execution_time ~ ' as double)',
            ] | join(', ') ~ ')'
        ) %}
        {% if result.status == 'success' and result.message != 'unchanged' and result.node.config.materialized != 'view' %}
            {% do summaries.append(summary_query(result.node)) %}
        {% endif %}
    {% endfor %}
    {% if rows %}
        {% do create_run_ledger() %}
        {% do run_statement(run_ledger_insert(rows, summaries)) %}
    {% endif %}
{% endmacro %}

{% macro run_ledger() %}
    {{ return(api.Relation.create(schema=target.schema, identifier='run_ledger')) }}
{% endmacro %}

{% macro create_run_ledger() %}
    {% set source = graph.sources['source.sparkify.lake.run_ledger'] %}
    {% set columns = [] %}
    {% for column in source.columns.values() %}
        {% do columns.append(column.name ~ ' ' ~ column.data_type ~ ' comment ' ~ text_literal(column_comment(column.description))) %}
    {% endfor %}
    {% do create_schema(run_ledger()) %}
    {% do run_statement(
        'create table if not exists ' ~ run_ledger() ~ ' (' ~ columns | join(', ') ~ ') using iceberg location '
        ~ text_literal(schema_location(target.schema) ~ '/run_ledger') ~ ' comment ' ~ text_literal(column_comment(source.description))
    ) %}
{% endmacro %}

{# Of a table this run has written: the reason, and rows, files and bytes of its commits. #}
{% macro summary_query(node) %}
    {% set key = text_literal('sparkify.' ~ node.alias) %}
    {{ return(
        'select ' ~ text_literal(node.unique_id) ~ ' as node_id, get_json_object(summary[' ~ key ~ "], '$.reason') as reason,"
        ~ " summary['added-records'] as added_rows, summary['added-data-files'] as added_files,"
        ~ " summary['added-files-size'] as added_bytes from " ~ relation_of(node) ~ '.snapshots where get_json_object(summary[' ~ key
        ~ "], '$.run') = " ~ text_literal(run_id())
    ) }}
{% endmacro %}

{% macro run_ledger_insert(rows, summaries) %}
    insert into {{ run_ledger() }}
    with results as (
        select * from (
            values {{ rows | join(', ') }}
        ) as result_rows (node_id, table_name, status, seconds)
    ),

    commits as (
        {{ summaries | join(' union all ') or
            "select '' as node_id, '' as reason, '' as added_rows, '' as added_files, '' as added_bytes where false" }}
    ),

    written as (
        select
            node_id,
            max(reason) as reason,
            sum(cast(added_rows as bigint)) as rows_written,
            sum(cast(added_files as bigint)) as files_written,
            sum(cast(added_bytes as bigint)) as bytes_written
        from commits
        group by node_id
    ),

    read_bytes as (
        {% if bytes_read_are_known() -%}
        select node_id, bytes_read from bytes_read_by_node
        {%- else -%}
        select '' as node_id, cast(0 as bigint) as bytes_read where false
        {%- endif %}
    )

    select /*+ coalesce(1) */
        {{ text_literal(run_id()) }},
        {{ run_started() }},
        {{ text_literal(flags.WHICH) }},
        nullif({{ text_literal(env_var('SPARKIFY_GIT_COMMIT', '')) }}, ''),
        results.table_name,
        results.status,
        written.reason,
        results.seconds,
        coalesce(written.rows_written, 0),
        coalesce(written.files_written, 0),
        coalesce(written.bytes_written, 0),
        read_bytes.bytes_read
    from results
    left join written on results.node_id = written.node_id
    left join read_bytes on results.node_id = read_bytes.node_id
{% endmacro %}

{% macro bytes_read_are_known() %}
    {{ return(run_query('set sparkify.bytes_read')[0][1] == 'true') }}
{% endmacro %}
