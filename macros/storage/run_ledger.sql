{# Write what a run did to the table run_ledger: a row for each model and seed. `results`: dbt's. How many bytes were read is known
   where scripts/run has counted them, in the temporary view `bytes_read_by_node`. #}
{% macro write_run_ledger(results) %}
    {% set rows = [] %}
    {% for result in results if result.node.resource_type in ['model', 'seed'] %}
        {% do rows.append(
            '(' ~ [
                text_literal(run_id()),
                "timestamp '" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "Z'",
                text_literal(flags.WHICH),
                text_literal(env_var('SPARKIFY_GIT_COMMIT', '')),
                text_literal(result.node.unique_id),
                text_literal(result.node.alias),
                text_literal('unchanged' if result.message == 'unchanged' else result.status),
                'cast(' ~ result.execution_time ~ ' as double)',
            ] | join(', ') ~ ')'
        ) %}
    {% endfor %}
    {% if rows and not claim_when_free('run_ledger') %}
        {% do exceptions.warn('Other runs did not end writing run_ledger; what this run did is missing in it.') %}
    {% elif rows %}
        {% set written = written_versions() %}
        {% set ledger = graph.sources['source.sparkify.lake.run_ledger'] %}
        {% set relation = api.Relation.create(schema=target.schema, identifier='run_ledger', type='table') %}
        {% set existing = adapter.get_relation(database=none, schema=target.schema, identifier='run_ledger') %}
        {% set version = in_versions(version_name('run_ledger', run_id())) %}
        {% do run_statement('create table ' ~ version ~ ' using parquet as ' ~ run_ledger_query(rows, written, existing)) %}
        {% do publish(ledger, relation, version, adapter.get_columns_in_relation(version), existing) %}
    {% endif %}
{% endmacro %}

{% macro run_ledger_query(rows, written, existing) %}
    with results as (
        select * from (
            values {{ rows | join(', ') }}
        ) as result_rows (run_id, started_at, command, git_commit, node_id, table_name, status, seconds)
    ),

    written_versions as (
        {% for table in written -%}
        {% set version = in_versions(version_name(table, run_id())) -%}
        select '{{ table }}' as table_name, _metadata.file_path as file_path, _metadata.file_size as file_size from {{ version }}
        {{ 'union all' if not loop.last }}
        {% else -%}
        select '' as table_name, '' as file_path, cast(0 as bigint) as file_size where false
        {% endfor %}
    ),

    written_files as (
        select table_name, file_path, max(file_size) as file_size, count(*) as number_of_rows
        from written_versions
        group by table_name, file_path
    ),

    written_tables as (
        select
            table_name,
            sum(number_of_rows) as rows_written,
            count(*) as files_written,
            sum(file_size) as bytes_written
        from written_files
        group by table_name
    ),

    read_bytes as (
        {% if bytes_read_are_known() -%}
        select node_id, bytes_read from bytes_read_by_node
        {%- else -%}
        select '' as node_id, cast(0 as bigint) as bytes_read where false
        {%- endif %}
    ),

    ledger as (
        select
            results.run_id,
            results.started_at,
            results.command,
            nullif(results.git_commit, '') as git_commit,
            results.table_name,
            results.status,
            results.seconds,
            coalesce(written_tables.rows_written, 0) as rows_written,
            coalesce(written_tables.files_written, 0) as files_written,
            coalesce(written_tables.bytes_written, 0) as bytes_written,
            read_bytes.bytes_read
        from results
        left join written_tables on results.table_name = written_tables.table_name
        left join read_bytes on results.node_id = read_bytes.node_id
        {% if existing is not none -%}
        union all
        select * from {{ existing }}
        {%- endif %}
    )

    select /*+ coalesce(1) */ * from ledger
{% endmacro %}

{# The tables that this run has published. #}
{% macro written_versions() %}
    {% set tables = [] %}
    {% for table, runs in published_runs().items() if runs[-1] == run_id() %}
        {% do tables.append(table) %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}

{% macro bytes_read_are_known() %}
    {{ return((run_query("show views like 'bytes_read_by_node'") | length) > 0) }}
{% endmacro %}
