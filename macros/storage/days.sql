{# Days that an incremental model has to build: those on which int_log_days says that the logs or their songs have changed since this model
   was built. None: the model must be built whole. `unit`: day, week or month; the model is built in whole ones. `days_before`: so many days
   before a changed one depend on it. Gives {ranges, until: state of int_log_days that is built in}, for in_days() and replace_days(). #}
{% macro days_to_build(unit='day', days_before=0) %}
    {# Its model is built after int_log_days. #}
    {% do ref('int_log_days') if model.resource_type != 'unit_test' %}
    {% set built = state_before() %}
    {% set newest = newest_log_change() if built is not none else none %}
    {% if newest is none %}
        {{ return(none) }}
    {% endif %}
    {% set log_days = graph.nodes['model.sparkify.int_log_days'] %}
    {% set log_tables = stored_inputs(log_days) | map(attribute='alias') | list %}
    {# A table that this one reads may itself be behind, if a run had left it out: no day can be built further than there. #}
    {% set until = [newest] %}
    {% for input in [log_days] + stored_inputs() if input.alias not in log_tables %}
        {% if input.config.materialized != 'incremental' and changed_input(built, [input]) %}
            {{ return(none) }}
        {% elif input.config.materialized == 'incremental' %}
            {% set state = state_of(relation_of(input)) %}
            {% if not state or state.built > built.built %}
                {{ return(none) }}
            {% endif %}
            {% do until.append(state.days) if state.days %}
        {% endif %}
    {% endfor %}
    {% if built.days is none or built.days > newest %}
        {{ return(none) }}
    {% endif %}

    {% set firsts = {} %}
    {% set one_day = modules.datetime.timedelta(days=1) %}
    {% for row in ([] if built.days == until | min else run_query(
        'select event_date from ' ~ relation_of(log_days) ~ ' where ' ~ epoch_ms_of('changed_at') ~ ' > ' ~ built.days ~ ' and '
        ~ epoch_ms_of('changed_at') ~ ' <= ' ~ until | min
    )) %}
        {% for distance in range(days_before + 1) %}
            {% set day = modules.datetime.date.fromisoformat(row[0] | string) - distance * one_day %}
            {% set first = {'day': day, 'week': day - day.weekday() * one_day, 'month': day.replace(day=1)}[unit] %}
            {% set after = {'day': 1, 'week': 7, 'month': 31}[unit] * one_day + first %}
            {% do firsts.update({first.isoformat(): (after.replace(day=1) if unit == 'month' else after).isoformat()}) %}
        {% endfor %}
    {% endfor %}
    {% set ranges = [] %}
    {% for first, after in firsts | dictsort %}
        {% if ranges and ranges[-1].after == first %}
            {% do ranges[-1].update({'after': after}) %}
        {% else %}
            {% do ranges.append({'first': first, 'after': after}) %}
        {% endif %}
    {% endfor %}
    {{ return({'ranges': ranges, 'until': until | min}) }}
{% endmacro %}

{# What int_log_days has to look at: {reason, songs_before: snapshot of int_songs to compare with, none if the songs are the same}. None: it
   must be built whole. #}
{% macro log_changes() %}
    {% set state = state_before() %}
    {% if state is none %}
        {{ return(none) }}
    {% endif %}
    {% set songs = relation_of(graph.nodes['model.sparkify.int_songs']) %}
    {% set before = state.inputs.int_songs or 0 %}
    {% if not run_query('select 1 from ' ~ metadata_table(songs, 'snapshots') ~ ' where snapshot_id = ' ~ before) %}
        {{ return(none) }}
    {% endif %}
    {{ return({'reason': changed_input(state), 'songs_before': before if before != current_snapshot(songs) else none}) }}
{% endmacro %}

{# When int_log_days last saw a change, in epoch milliseconds; none if the table is missing, 0 while it has no rows. #}
{% macro newest_log_change() %}
    {% set log_days = relation_of(graph.nodes['model.sparkify.int_log_days']) %}
    {{ return(run_query(
        'select coalesce(max(' ~ epoch_ms_of('changed_at') ~ '), 0) from ' ~ log_days
    )[0][0] | int if load_cached_relation(log_days) is not none else none) }}
{% endmacro %}

{# The condition that a date, or an instant (`is_instant`), lies in the days of days_to_build(), or at most `days_after` days after them. #}
{% macro in_days(column, days, days_after=0, is_instant=false) -%}
    {%- if days is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set literal = "timestamp '%s 00:00:00" ~ ("'" if target.type == 'athena' else " UTC'") if is_instant else "date '%s'" -%}
    {%- set parts = [] -%}
    {%- for range in days.ranges -%}
        {%- set after = modules.datetime.date.fromisoformat(range.after) + modules.datetime.timedelta(days=days_after) -%}
        {%- do parts.append('(' ~ column ~ ' >= ' ~ literal % range.first ~ ' and ' ~ column ~ ' < ' ~ literal % after ~ ')') -%}
    {%- endfor -%}
    {{ return('(' ~ parts | join(' or ') ~ ')' if parts else 'false') }}
{%- endmacro %}

{# The plan of a model that replaces the days of days_to_build() in one commit, including days that became empty. `column`: the table's
   date column. #}
{% macro replace_days(column, days, is_instant=false) -%}
    {%- if days is not none -%}
        {{ show_plan({
            'write': 'replace', 'where': in_days(column, days, is_instant=is_instant), 'column': column, 'ranges': days.ranges, 'days': days.until,
            'reason': 'changed days' if days.ranges else none,
        }) }}
    {%- endif -%}
{%- endmacro %}
