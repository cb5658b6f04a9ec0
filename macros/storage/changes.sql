{# What has changed in the tables that an incremental model reads, told by Iceberg's snapshots. None: the model must be built whole. #}

{# Rows of a table that were added since this model read it: {condition, reason}. Whole if rows were deleted or updated since. #}
{% macro rows_arrived_in(name) %}
    {% set state = state_before() %}
    {% if state is none %}
        {{ return(none) }}
    {% elif changed_input(state) is none %}
        {{ return({'condition': 'false', 'reason': none}) }}
    {% endif %}
    {% set table = relation_of(graph.nodes['model.sparkify.' ~ name]) %}
    {% set read = state.inputs[name] %}
    {% if not has_snapshot(table, read) or run_query(
        'select 1 from ' ~ table ~ ".snapshots where operation not in ('append', 'replace') and committed_at > (select committed_at from "
        ~ table ~ '.snapshots where snapshot_id = ' ~ read ~ ')'
    ) | length > 0 %}
        {{ return(none) }}
    {% endif %}
    {{ return({
        'condition': 'arrived_at not in (select distinct arrived_at from ' ~ table ~ ' version as of ' ~ read ~ ')',
        'reason': 'changed input: ' ~ name,
    }) }}
{% endmacro %}

{# Whether the logs or the songs have changed since int_log_days was built: {reason, songs_before: snapshot of int_songs to compare with,
   none if the songs are the same}. #}
{% macro log_changes() %}
    {% set state = state_before() %}
    {% if state is none %}
        {{ return(none) }}
    {% endif %}
    {% set songs = relation_of(graph.nodes['model.sparkify.int_songs']) %}
    {% if not has_snapshot(songs, state.inputs.int_songs) %}
        {{ return(none) }}
    {% endif %}
    {% set read = state.inputs.int_songs %}
    {{ return({'reason': changed_input(state), 'songs_before': read if read != current_snapshot(songs) else none}) }}
{% endmacro %}

{% macro has_snapshot(table, id) %}
    {{ return(id is not none and run_query('select 1 from ' ~ table ~ '.snapshots where snapshot_id = ' ~ id) | length > 0) }}
{% endmacro %}

{# The plan of a model that merges the rows of its query by its unique_key. #}
{% macro merge_plan(change) -%}
    {%- if change is not none -%}
        {%- set key = config.get('unique_key') -%}
        {{ show_plan({'write': 'merge', 'key': [key] if key is string else key, 'reason': change.reason}) }}
    {%- endif -%}
{%- endmacro %}
