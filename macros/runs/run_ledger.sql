{# Add what a run did to the table run_ledger: a row for each model and seed. `results`: dbt's. What was written comes from the
   summaries of the run's snapshots. #}
{% macro write_run_ledger(results) %}
    {% set is_kept = execute and flags.WHICH in ['run', 'build', 'seed'] %}
    {% set ledger = api.Relation.create(database=target.get('database'), schema=target.schema, identifier='run_ledger') %}
    {% set rows = [] %}
    {% set snapshots = [] %}
    {% for result in (results if is_kept else []) if result.node.resource_type in ['model', 'seed'] %}
        {% set node = result.node %}
        {% set is_unchanged = result.message == 'unchanged' %}
        {% do rows.append('(' ~ [
            text_literal(node.unique_id), text_literal(node.alias), text_literal('unchanged' if is_unchanged else result.status),
            'cast(' ~ result.execution_time ~ ' as double)',
        ] | join(', ') ~ ')') %}
        {% if result.status == 'success' and not is_unchanged and node.config.materialized != 'view' %}
            {% do snapshots.append(
                'select ' ~ text_literal(node.unique_id) ~ ' as node_id, summary, state from (' ~ snapshots_of(relation_of(node)) ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
    {% if rows %}
        {% set source = graph.sources['source.sparkify.lake.run_ledger'] %}
        {% do create_missing_table(ledger, source) %}
        {% set insert %}
            insert into {{ ledger }}
            with written as (
                {% if not snapshots -%}
                select '' as node_id, '' as reason, 0 as rows_written, 0 as files_written, 0 as bytes_written where false
                {%- else -%}
                select
                    node_id,
                    max(nullif(regexp_extract(state, '"reason": "([^"]*)"', 1), '')) as reason,
                    sum(cast(element_at(summary, 'added-records') as bigint)) as rows_written,
                    sum(cast(element_at(summary, 'added-data-files') as bigint)) as files_written,
                    sum(cast(element_at(summary, 'added-files-size') as bigint)) as bytes_written
                from ({{ snapshots | join(' union all ') }}) as snapshots
                where state like {{ text_literal('%"run": "' ~ run_id() ~ '"%') }}
                group by node_id
                {%- endif %}
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
