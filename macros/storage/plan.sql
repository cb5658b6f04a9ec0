{# What a model writes, and why. A plan is a mapping: `write` (whole, replace, append, merge or none), `reason` (for the ledger; none: nothing
   is new and nothing is written), `where` (of replace: the rows that are replaced), `key` (of merge), `then` (statements after it), and
   `days` (the state of int_log_days that is built in). An incremental model has its plan as a comment in its compiled SQL, so that
   `dbt compile` shows what a run would do; of any other it is made when the model is built. #}
{% macro show_plan(plan) %}
    {%- if plan is not none -%} -- plan: {{ tojson(plan) }} {%- endif -%}
{% endmacro %}

{% macro plan_in(sql) %}
    {% for line in sql.splitlines() if line.strip().startswith('-- plan: ') %}
        {{ return(fromjson(line.strip().removeprefix('-- plan: '))) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{% macro plan_of_table() %}
    {% set days = newest_log_change() if model.config.incremental_strategy == 'replace_days' else none %}
    {{ return({'write': 'whole', 'reason': reason_to_rebuild() or changed_input(stored_inputs(model)), 'days': days}) }}
{% endmacro %}

{# Whether an incremental model can't say what has changed: it is new, its code or a seed that it reads has changed, a full refresh, or a
   unit test. #}
{% macro must_build_whole() %}
    {{ return(
        model.resource_type == 'unit_test' or not is_incremental() or reason_to_rebuild() is not none
        or changed_input(stored_inputs(model) | selectattr('resource_type', 'equalto', 'seed')) is not none
    ) }}
{% endmacro %}

{# Why a table must be built whole, whatever has changed in its inputs; none if it need not be. A change of a macro is not seen: that
   needs --full-refresh, as in any dbt project. #}
{% macro reason_to_rebuild() %}
    {% set existing = load_cached_relation(this) %}
    {% if existing is none or not existing.is_table %}
        {{ return('new table') }}
    {% elif should_full_refresh() %}
        {{ return('full refresh') }}
    {% endif %}
    {% set state = state_of(this) %}
    {% if state.code != code_fingerprint() %}
        {{ return('changed code') }}
    {% endif %}
    {{ return('changed var' if state.vars != vars_of_model() else none) }}
{% endmacro %}

{% macro changed_input(inputs) %}
    {% set known = state_of(this).get('inputs', {}) %}
    {% for input in inputs if known.get(input.alias) != current_snapshot(relation_of(input)) %}
        {{ return('changed input: ' ~ input.alias) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{# The tables that a model is made of, whether it reads them itself or through views, as nodes of dbt's graph. #}
{% macro stored_inputs(node) %}
    {% set inputs = {} %}
    {% for id in node.depends_on.nodes if id in graph.nodes %}
        {% set input = graph.nodes[id] %}
        {% for stored in (stored_inputs(input) if input.config.materialized in ['view', 'ephemeral'] else [input]) %}
            {% do inputs.update({stored.unique_id: stored}) %}
        {% endfor %}
    {% endfor %}
    {{ return(inputs.values() | list) }}
{% endmacro %}

{% macro relation_of(node) %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}

{% macro current_snapshot(relation) %}
    {{ return(table_property(relation, 'current-snapshot-id')) }}
{% endmacro %}


{# What the newest commit of a run to a table says of itself (see begin_commit); {} where there is none. Commits of maintenance and of
   other programs say nothing. #}
{% macro state_of(relation) %}
    {% set state = 'snapshots.summary[' ~ text_literal('sparkify.' ~ relation.identifier) ~ ']' %}
    {% for row in run_query(
        'select ' ~ state ~ ' from ' ~ relation ~ '.snapshots as snapshots inner join ' ~ relation ~ '.history as history'
        ~ ' on snapshots.snapshot_id = history.snapshot_id where history.is_current_ancestor and ' ~ state
        ~ ' is not null order by history.made_current_at desc limit 1'
    ) %}
        {{ return(fromjson(row[0])) }}
    {% endfor %}
    {{ return({}) }}
{% endmacro %}

{# Have the next commits to a table say which run they are of, why, and from which snapshots of its inputs. Iceberg takes it from the
   session, which several models may share: each has a key of its own. #}
{% macro begin_commit(table, plan, node=model) %}
    {% set inputs = {} %}
    {% for input in stored_inputs(node) %}
        {% do inputs.update({input.alias: current_snapshot(relation_of(input))}) %}
    {% endfor %}
    {% do run_statement('set `' ~ commit_property(table) ~ '` = `' ~ tojson({
        'run': run_id(), 'command': flags.WHICH, 'reason': plan.reason, 'code': code_fingerprint(node), 'vars': vars_of_model(node),
        'inputs': inputs, 'days': plan.get('days'), 'erased': plan.get('erased'),
        'built': run_id() if plan.write == 'whole' else state_of(table).built,
    }) ~ '`') %}
{% endmacro %}

{% macro end_commit(table) %}
    {% do run_statement('reset `' ~ commit_property(table) ~ '`') %}
{% endmacro %}

{% macro commit_property(table) %}
    {{ return('spark.sql.iceberg.snapshot-property.sparkify.' ~ table.identifier) }}
{% endmacro %}

{# Id of this run. The time comes first, so that ids sort by age. #}
{% macro run_id() -%}
    {%- set milliseconds = '%03d' % (run_started_at.microsecond // 1000) -%}
    {{ return(run_started_at.strftime('%Y%m%dt%H%M%S') ~ milliseconds ~ '_' ~ invocation_id.replace('-', '')[:8]) }}
{%- endmacro %}

{# What a model's rows follow from besides its inputs: its code, and the vars that it names or that all models follow. #}
{% macro code_fingerprint(node=model) %}
    {% set parts = [node.get('raw_code'), node.config.get('partition_by'), node.get('checksum', {}).get('checksum')] %}
    {% for column in node.columns.values() %}
        {% do parts.append(column.name ~ ' ' ~ (column.data_type or '')) %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}

{% macro vars_of_model(node=model) %}
    {% set values = [] %}
    {% for name in [
        'valid_play_seconds', 'session_gap_minutes', 'chart_size', 'recommendations', 'recommendation_history_songs',
        'recommendation_neighbours', 'recommendation_min_co_listeners', 'recommendation_shrinkage',
    ] if name in node.get('raw_code', '') %}
        {% do values.append(name ~ ' ' ~ var(name)) %}
    {% endfor %}
    {{ return(local_md5([
        var('earliest_event'), var('latest_event'), var('song_match_tolerance_seconds'), values | join(' '),
    ] | join('\n'))) }}
{% endmacro %}
