{# Start of a run: settle what interrupted ones left behind, and claim the tables that this one writes and reads. #}
{% macro open_run() %}
    {% if execute and flags.WHICH in ['run', 'build', 'seed', 'test', 'run-operation'] %}
        {% do create_versions_schema() %}
        {% do create_open_runs() %}
        {% do create_erased_users() %}
        {% set written = tables_to_write() %}
        {% set read = tables_to_read(written) %}
        {% do add_claims([sign_of_life()] + claims_on(written, 'writes') + claims_on(read, 'reads')) %}
        {% for run, claims in open_runs().items() if run != run_id() %}
            {% if was_interrupted(claims) %}
                {{ log('The run ' ~ run ~ ' was interrupted; finishing or undoing what it left.', info=true) }}
                {% do settle_run(run, claims) %}
            {% else %}
                {% do yield_to(run, claims, written, read) %}
            {% endif %}
        {% endfor %}
        {% do check_clock(written) %}
    {% endif %}
{% endmacro %}

{# Of two runs at once neither may write what the other writes or reads. #}
{% macro yield_to(run, claims, written, read) %}
    {% for table in written if table in claims.writes or table in claims.reads %}
        {% do stop_for(run, table) %}
    {% endfor %}
    {% for table in read if table in claims.writes %}
        {% do stop_for(run, table) %}
    {% endfor %}
{% endmacro %}

{% macro stop_for(run, table) %}
    {% do forget_open_run(run_id()) %}
    {% do exceptions.raise_compiler_error(
        'The run ' ~ run ~ ' is at work on ' ~ table ~ ', or was interrupted: wait until it ends, or until it gave no sign of life for '
        ~ var('interrupted_after_minutes') ~ ' minutes; if you know that it is dead, run dbt run-operation settle_interrupted_runs.'
    ) %}
{% endmacro %}

{# By hand, when it is known that nothing runs any more: dbt run-operation settle_interrupted_runs #}
{% macro settle_interrupted_runs() %}
    {% for run, claims in open_runs().items() %}
        {% do settle_run(run, claims) %}
    {% endfor %}
{% endmacro %}

{% macro settle_run(run, claims) %}
    {% do settle(run, (claims.writes + ['run_ledger']) | unique) %}
    {% do forget_open_run(run) %}
{% endmacro %}

{# End of a run: remove what failed models left, write the ledger, delete old versions. #}
{% macro close_run(results) %}
    {% if execute and flags.WHICH in ['run', 'build', 'seed', 'test', 'run-operation'] %}
        {% set failed = [] %}
        {% for result in results if result.status == 'error' and result.node.resource_type in ['model', 'seed'] %}
            {% do failed.append(result.node.alias) %}
        {% endfor %}
        {% if failed %}
            {% do settle(run_id(), failed) %}
        {% endif %}
        {% do write_run_ledger(results) if flags.WHICH in ['run', 'build', 'seed'] %}
        {% do delete_old_versions(var('kept_versions')) %}
        {% do sweep_unknown_versions() if flags.WHICH in ['run', 'build'] %}
        {% do forget_open_run(run_id()) %}
    {% endif %}
{% endmacro %}

{# The tables that this run may write: those selected, with seeds that are missing; all of them where a macro was called by hand. #}
{% macro tables_to_write() %}
    {% set names = [] %}
    {% for id, node in graph.nodes.items() if node.resource_type in ['model', 'seed'] and node.config.materialized != 'view' %}
        {% set is_selected = id in selected_resources and flags.WHICH != 'test' %}
        {% set is_missing_seed = flags.WHICH in ['run', 'test'] and node.resource_type == 'seed' and relation_is_missing(node) %}
        {% do names.append(node.alias) if is_selected or is_missing_seed or flags.WHICH == 'run-operation' %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{% macro relation_is_missing(node) %}
    {{ return(load_cached_relation(relation_of(node)) is none) }}
{% endmacro %}

{# The tables that the models which write these read, beyond themselves. #}
{% macro tables_to_read(written) %}
    {% set inputs = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.alias in written %}
        {% do inputs.extend(stored_inputs(node)) %}
    {% endfor %}
    {{ return(inputs | unique | reject('in', written) | list) }}
{% endmacro %}

{# Versions are ordered by the time in their names: none of what this run writes, or of what is made of it, may be newer already. #}
{% macro check_clock(written) %}
    {% set published = published_runs() %}
    {% for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] and node.alias in published %}
        {% set newest = published[node.alias][-1] %}
        {% if newest >= run_id() and (node.alias in written or stored_inputs(node) | select('in', written) | list) %}
            {% do forget_open_run(run_id()) %}
            {% do exceptions.raise_compiler_error(
                'The newest version of ' ~ node.alias ~ ' is from ' ~ newest ~ ', which is after now (' ~ run_id()
                ~ '); set the clock of this machine right and run again.'
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
