{# Add what a run did to the table run_ledger: a row for each model and seed. `results`: dbt's. What was written comes from the
   summaries of the run's snapshots. #}
{% macro write_run_ledger(results) %}
    {% set is_for_spark = target.type == 'spark' and execute and flags.WHICH in ['run', 'build', 'seed'] %}
    {% set ledger = api.Relation.create(schema=target.schema, identifier='run_ledger') %}
    {% set rows = [] %}
    {% set snapshots = [] %}
    {% for result in (results if is_for_spark else []) if result.node.resource_type in ['model', 'seed'] %}
        {% set node = result.node %}
        {% set is_unchanged = result.message == 'unchanged' %}
        {% do rows.append('(' ~ [
            text_literal(node.unique_id), text_literal(node.alias), text_literal('unchanged' if is_unchanged else result.status),
            'cast(' ~ result.execution_time ~ ' as double)',
        ] | join(', ') ~ ')') %}
        {% if result.status == 'success' and not is_unchanged and node.config.materialized != 'view' %}
            {% do snapshots.append(
                'select ' ~ text_literal(node.unique_id) ~ ' as node_id, summary, summary[' ~ text_literal('sparkify.' ~ node.alias)
                ~ '] as state from ' ~ relation_of(node) ~ '.snapshots'
            ) %}
        {% endif %}
    {% endfor %}
    {% if rows %}
        {% set source = graph.sources['source.sparkify.lake.run_ledger'] %}
        {% do create_schema(ledger) %}
        {% do run_statement(
            'create table if not exists ' ~ ledger ~ columns_clause(source) ~ ' using iceberg location '
            ~ text_literal(schema_location(target.schema) ~ '/run_ledger') ~ ' comment ' ~ text_literal(column_comment(source.description))
        ) %}
        {% set insert %}
            insert into {{ ledger }}
            with snapshots as (
                {{ snapshots | join(' union all ') or "select '' as node_id, map('', '') as summary, '' as state where false" }}
            ),

            written as (
                select
                    node_id,
                    max(get_json_object(state, '$.reason')) as reason,
                    sum(cast(summary['added-records'] as bigint)) as rows_written,
                    sum(cast(summary['added-data-files'] as bigint)) as files_written,
                    sum(cast(summary['added-files-size'] as bigint)) as bytes_written
                from snapshots
                where get_json_object(state, '$.run') = {{ text_literal(run_id()) }}
                group by node_id
            )

            select /*+ coalesce(1) */
                {{ text_literal(run_id()) }},
                {{ run_started() }},
                {{ text_literal(flags.WHICH) }},
                nullif({{ text_literal(env_var('SPARKIFY_GIT_COMMIT', '')) }}, ''),
                table_name,
                status,
                reason,
                seconds,
                coalesce(rows_written, 0),
                coalesce(files_written, 0),
                coalesce(bytes_written, 0)
            from (values {{ rows | join(', ') }}) as results (node_id, table_name, status, seconds)
            left join written using (node_id)
        {% endset %}
        {% do run_statement(insert) %}
    {% endif %}
{% endmacro %}

{# Id of this run. The time comes first, so that ids sort by age. #}
{% macro run_id() -%}
    {{ return(
        run_started_at.strftime('%Y%m%dt%H%M%S') ~ '%03d' % (run_started_at.microsecond // 1000) ~ '_' ~ invocation_id.replace('-', '')[:8]
    ) }}
{%- endmacro %}
