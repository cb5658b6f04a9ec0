{# Start of a run: finish or undo what an interrupted one left behind, and take note that this one is under way. #}
{% macro open_run() %}
    {% if execute and flags.WHICH in ['run', 'build', 'seed', 'test', 'run-operation'] %}
        {% do create_versions_schema() %}
        {% do create_erased_users() %}
        {% set interrupted = interrupted_run() %}
        {% if interrupted %}
            {% do check_nobody_else_runs(interrupted) %}
            {{ log('An earlier run was interrupted; finishing or undoing what it left.', info=true) }}
            {% do settle(interrupted, all_table_names()) %}
        {% endif %}
        {% do check_clock() %}
        {% do note_open_run(run_id()) %}
    {% endif %}
{% endmacro %}

{# A metastore of its own has one run at a time, so that a run that has not ended was interrupted. A server may have several. #}
{% macro check_nobody_else_runs(run) %}
    {% if adapter.config.credentials.method != 'session' and flags.WHICH != 'run-operation' %}
        {% do exceptions.raise_compiler_error(
            'The run ' ~ run ~ ' is under way in this lake, or was interrupted: wait until it ends; if nothing of it runs any more,'
            ~ ' run dbt run-operation settle_interrupted_run and try again.'
        ) %}
    {% endif %}
{% endmacro %}

{# By hand, after a run over a server was interrupted: dbt run-operation settle_interrupted_run #}
{% macro settle_interrupted_run() %}
    {% do open_run() %}
    {% do close_run([]) %}
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
        {% do note_open_run('') %}
    {% endif %}
{% endmacro %}

{% macro note_open_run(run) %}
    {% do run_statement(
        'alter table ' ~ in_versions('published') ~ " set tblproperties ('sparkify.open_run' = '" ~ run ~ "')"
    ) %}
{% endmacro %}

{% macro interrupted_run() %}
    {{ return(table_property(in_versions('published'), 'sparkify.open_run')) }}
{% endmacro %}

{% macro all_table_names() %}
    {% set names = [] %}
    {% for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] and node.config.materialized != 'view' %}
        {% do names.append(node.alias) %}
    {% endfor %}
    {{ return(names + ['run_ledger']) }}
{% endmacro %}

{# Versions are ordered by the time in their names. #}
{% macro check_clock() %}
    {% for table, runs in published_runs().items() if runs[-1] >= run_id() %}
        {% do exceptions.raise_compiler_error(
            'The newest version of ' ~ table ~ ' is from ' ~ runs[-1] ~ ', which is after now (' ~ run_id()
            ~ '); set the clock of this machine right and run again.'
        ) %}
    {% endfor %}
{% endmacro %}
