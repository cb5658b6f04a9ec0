{# What has changed in the tables that an incremental model reads, told by Iceberg's snapshots. None: the model must be built whole. #}

{# Rows of a table that were added since this model read it: {condition, reason}. Whole if rows were deleted or updated since. #}
{% macro rows_arrived_in(name) %}
    {{ return(adapter.dispatch('rows_arrived_in', 'sparkify')(name)) }}
{% endmacro %}

{% macro default__rows_arrived_in(name) %}
    {{ return(none) }}
{% endmacro %}

{% macro spark__rows_arrived_in(name) %}
    {% if must_build_whole() %}
        {{ return(none) }}
    {% endif %}
    {% set table = ref(name) %}
    {% set read = state_of(this).inputs[name] %}
    {% if changed_input(stored_inputs(model)) is none %}
        {{ return({'condition': 'false', 'reason': none}) }}
    {% elif not has_snapshot(table, read) %}
        {{ return(none) }}
    {% endif %}
    {% for row in run_query(
        'select operation from ' ~ table ~ '.snapshots where committed_at > (select committed_at from ' ~ table
        ~ '.snapshots where snapshot_id = ' ~ read ~ ')'
    ) if row[0] not in ['append', 'replace'] %}
        {{ return(none) }}
    {% endfor %}
    {{ return({
        'condition': 'arrived_at not in (select distinct arrived_at from ' ~ table ~ ' version as of ' ~ read ~ ')',
        'reason': 'changed input: ' ~ name,
    }) }}
{% endmacro %}

{# Whether the logs or the songs have changed since int_log_days was built: {reason, songs_before: snapshot of int_songs to compare with,
   none if the songs are the same}. #}
{% macro log_changes() %}
    {{ return(adapter.dispatch('log_changes', 'sparkify')()) }}
{% endmacro %}

{% macro default__log_changes() %}
    {{ return(none) }}
{% endmacro %}

{% macro spark__log_changes() %}
    {% if must_build_whole() %}
        {{ return(none) }}
    {% endif %}
    {% set songs_before = state_of(this).inputs['int_songs'] %}
    {% if songs_before == current_snapshot(ref('int_songs')) %}
        {% set songs_before = none %}
    {% elif not has_snapshot(ref('int_songs'), songs_before) %}
        {{ return(none) }}
    {% endif %}
    {{ return({'reason': changed_input(stored_inputs(model)), 'songs_before': songs_before}) }}
{% endmacro %}

{# A query of the days as int_log_days has them; of none where all is built. #}
{% macro days_before(change) -%}
    {%- if change is not none -%}
        select * from {{ this }}
    {%- else -%}
        select
            event_date,
            number_of_events,
            checksum,
            cast(null as timestamp) as changed_at
        from day_states
        where false
    {%- endif -%}
{%- endmacro %}

{# A query of the titles and artists of songs that came, went or changed; of none where all is built. #}
{% macro changed_songs(change) -%}
    {%- set columns = 'title, artist_name, duration, song_id, artist_id' -%}
    select
        title,
        artist_name
    from {{ ref('int_songs') }}
    where false
    {%- if change is not none and change.songs_before is not none %}
    union all
    select
        title,
        artist_name
    from (
        select {{ columns }} from {{ ref('int_songs') }}
        union all
        select {{ columns }} from {{ ref('int_songs') }} version as of {{ change.songs_before }}
    )
    group by {{ columns }}
    having count(*) = 1
    {%- endif %}
{%- endmacro %}

{% macro has_snapshot(table, snapshot) %}
    {{ return(
        snapshot is not none
        and (run_query('select 1 from ' ~ table ~ '.snapshots where snapshot_id = ' ~ snapshot) | length) > 0
    ) }}
{% endmacro %}

{# The plan of a model that merges the rows of its query by its unique_key. #}
{% macro merge_plan(change) -%}
    {%- if change is not none -%}
        {%- set key = config.get('unique_key') -%}
        {{ show_plan({'write': 'merge', 'key': [key] if key is string else key, 'reason': change.reason}) }}
    {%- endif -%}
{%- endmacro %}
