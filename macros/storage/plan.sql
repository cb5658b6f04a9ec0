{# What a model writes, and why. A plan is a mapping: `write` (table: a new one, rows: all of them, replace, append or none), `reason` (for
   the ledger; none: nothing is new and nothing is written), `rebuilt` (whether nothing is kept of what was there), `where` (of replace:
   the rows that are replaced; `column` and `ranges` say the same), `then` (statements after it), and `days` (the state of int_log_days that is built in). An incremental
   model has its plan as a comment in its compiled SQL, so that `dbt compile` shows what a run would do; of any other it is made when
   the model is built. #}
{% macro show_plan(plan) %}
    {%- if plan is not none -%} -- plan: {{ tojson(plan) }} {%- endif -%}
{% endmacro %}

{% macro plan_of(sql) %}
    {% for line in sql.splitlines() if line.strip().startswith('-- plan: ') %}
        {{ return(fromjson(line.strip().removeprefix('-- plan: '))) }}
    {% endfor %}
    {% set existing = load_cached_relation(this) %}
    {% set state = state_of(this) if existing is not none and existing.is_table else {} %}
    {{ return({
        'write': 'rows' if state.code == code_fingerprint() else 'table', 'reason': reason_to_rebuild(state) or changed_input(state),
        'rebuilt': true, 'days': newest_log_change() if model.config.incremental_strategy == 'replace_days' else none,
    }) }}
{% endmacro %}

{# What an incremental model was built from, as state_of() gives it. None if it can't be built further from there: it is new, its code or a
   seed that it reads has changed, a full refresh, or a unit test. #}
{% macro state_before() %}
    {% if not flags.INTROSPECT or model.resource_type == 'unit_test' or not is_incremental() %}
        {{ return(none) }}
    {% endif %}
    {% set state = state_of(this) %}
    {% set seeds = stored_inputs() | selectattr('resource_type', 'equalto', 'seed') | list %}
    {{ return(none if reason_to_rebuild(state) or changed_input(state, seeds) else state) }}
{% endmacro %}

{# Why a table must be built whole, whatever has changed in its inputs; none if it need not be. A change of a macro is not seen: that
   needs --full-refresh, as in any dbt project. #}
{% macro reason_to_rebuild(state) %}
    {{ return(
        'full refresh' if should_full_refresh() and state else
        'new table' if not state else
        'changed code' if state.code != code_fingerprint() else
        'changed var' if state.vars != vars_of_model() else none
    ) }}
{% endmacro %}

{% macro changed_input(state, inputs=none) %}
    {% for input in (stored_inputs() if inputs is none else inputs) %}
        {% set snapshot = current_snapshot(relation_of(input)) %}
        {% if snapshot is none or snapshot != state.inputs[input.alias] %}
            {{ return('changed input: ' ~ input.alias) }}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{# The tables that a model reads, directly or through views, as nodes of dbt's graph. #}
{% macro stored_inputs(node=model) %}
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

{# None if the table is missing, as with --defer: its readers are then always built whole. #}
{% macro current_snapshot(relation) %}
    {{ return(adapter.dispatch('current_snapshot', 'sparkify')(relation) if load_cached_relation(relation) is not none else none) }}
{% endmacro %}

{# What the newest commit of a run to a table says of itself (see commit); {} where there is none. Commits of maintenance and of
   other programs say nothing. #}
{% macro state_of(relation) %}
    {% set snapshots = {} %}
    {% for id, parent, state in run_query(
        'select cast(snapshot_id as ' ~ dbt.type_string() ~ '), cast(parent_id as ' ~ dbt.type_string() ~ '), state from ('
        ~ snapshots_of(relation) ~ ') as snapshots'
    ) %}
        {% do snapshots.update({id: {'parent': parent, 'state': state}}) %}
    {% endfor %}
    {% set newest = namespace(id=current_snapshot(relation)) %}
    {% for _ in snapshots if newest.id in snapshots and not snapshots[newest.id].state %}
        {% set newest.id = snapshots[newest.id].parent %}
    {% endfor %}
    {{ return(fromjson(snapshots[newest.id].state) if newest.id in snapshots else {}) }}
{% endmacro %}

{# A query for the snapshots of a table and their states (see commit). #}
{% macro snapshots_of(relation) %}
    {% set said = 'element_at(summary, ' ~ text_literal('sparkify.' ~ relation.identifier) ~ ')' %}
    {% set is_said_elsewhere = load_cached_relation(snapshot_states()) is not none %}
    {{ return(
        'select snapshots.*, coalesce(' ~ said ~ ', ' ~ ('states.state' if is_said_elsewhere else 'null') ~ ') as state from '
        ~ metadata_table(relation, 'snapshots') ~ ' as snapshots'
        ~ (' left join ' ~ snapshot_states() ~ ' as states on states.snapshot_id = snapshots.snapshot_id' if is_said_elsewhere else '')
    ) }}
{% endmacro %}

{# Run statements whose commits to a table say which run they are of, why, and from which snapshots of its inputs. Gives whether there was
   a commit. #}
{% macro commit(table, plan, statements, node=model) %}
    {% set inputs = {} %}
    {% for input in stored_inputs(node) %}
        {% do inputs.update({input.alias: current_snapshot(relation_of(input))}) %}
    {% endfor %}
    {{ return(commit_with_state(table, statements, tojson({
        'run': run_id(), 'command': flags.WHICH, 'reason': plan.reason, 'code': code_fingerprint(node), 'vars': vars_of_model(node),
        'inputs': inputs, 'days': plan.get('days'), 'erased': plan.get('erased'),
        'built': run_id() if plan.get('rebuilt') else state_of(table).built,
    }))) }}
{% endmacro %}

{% macro commit_with_state(table, statements, state) %}
    {{ return(adapter.dispatch('commit_with_state', 'sparkify')(table, statements, state)) }}
{% endmacro %}

{# Iceberg reads these properties from the session, which several models may share, so each model has its own key. #}
{% macro spark__commit_with_state(table, statements, state) %}
    {% set property = '`spark.sql.iceberg.snapshot-property.sparkify.' ~ table.identifier ~ '`' %}
    {% do run_statement('set ' ~ property ~ ' = `' ~ state ~ '`') %}
    {% for sql in statements %}
        {%- call statement('main') -%} {{ sql }} {%- endcall -%}
    {% endfor %}
    {% do run_statement('reset ' ~ property) %}
    {{ return(true) }}
{% endmacro %}

{# What commits of engines say of themselves that can't write it into their snapshots: snapshot_id, state. #}
{% macro snapshot_states() %}
    {{ return(api.Relation.create(database=target.get('database'), schema=staging_schema(), identifier='snapshot_states')) }}
{% endmacro %}

{% macro create_snapshot_states() %}
    {% do create_missing_table(snapshot_states(), {'columns': {
        'snapshot_id': {'name': 'snapshot_id', 'data_type': 'bigint'}, 'state': {'name': 'state', 'data_type': 'string'},
    }}) %}
    {% do adapter.cache_added(snapshot_states().incorporate(type='table')) if load_cached_relation(snapshot_states()) is none %}
{% endmacro %}

{# An Iceberg metadata table, such as a table's snapshots. #}
{% macro metadata_table(relation, name) %}
    {{ return(adapter.dispatch('metadata_table', 'sparkify')(relation, name)) }}
{% endmacro %}

{% macro spark__metadata_table(relation, name) %}
    {{ return(relation ~ '.' ~ name) }}
{% endmacro %}

{# What a model's rows follow from besides its inputs: its file and its columns, and the vars that it names or that all models follow; the
   same on every engine. #}
{% macro code_fingerprint(node=model) %}
    {% set columns = [] %}
    {% for column in node.columns.values() %}
        {# During a run dbt-trino has replaced the types with its own names. #}
        {% do columns.append(column.name ~ ' ' ~ (column.data_type or '').lower().replace('varchar', 'string')) %}
    {% endfor %}
    {{ return(local_md5(node.checksum.checksum ~ columns ~ required_columns(node) | sort ~ ('empty' if flags.EMPTY else ''))) }}
{% endmacro %}

{% macro vars_of_model(node=model) %}
    {% set values = [var('earliest_event'), var('latest_event'), var('song_match_tolerance_seconds')] %}
    {% for name in modules.re.findall("var\\('(\\w+)'\\)", node.get('raw_code', '')) %}
        {% do values.append(var(name)) %}
    {% endfor %}
    {{ return(local_md5(values | join('\n'))) }}
{% endmacro %}
