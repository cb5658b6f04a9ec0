{# Days that an incremental model has to build: those on which int_log_days says that the logs or their songs have changed since this model
   was built. None: the model must be built whole; so on engines other than Spark, where every run builds whole tables.
   `unit`: day, week or month; the model is built in whole ones. `days_before`: so many days before a changed one depend on it.
   Gives {ranges, until: state of int_log_days that is built in}, for in_days() and replace_days(). #}
{% macro days_to_build(unit='day', days_before=0) %}
    {# Its model comes after int_log_days. #}
    {% do ref('int_log_days') if model.resource_type != 'unit_test' %}
    {{ return(adapter.dispatch('days_to_build', 'sparkify')(unit, days_before)) }}
{% endmacro %}

{% macro default__days_to_build(unit, days_before) %}
    {{ return(none) }}
{% endmacro %}

{% macro spark__days_to_build(unit, days_before) %}
    {% if must_build_whole() %}
        {{ return(none) }}
    {% endif %}
    {% set built = state_of(this) %}
    {% set followed = [] %}
    {% set others = [] %}
    {% set log_tables = stored_inputs(graph.nodes['model.sparkify.int_log_days']) | map(attribute='alias') | list + ['int_log_days'] %}
    {% for input in stored_inputs(model) if input.alias not in log_tables %}
        {% do (followed if input.config.materialized == 'incremental' else others).append(input) %}
    {% endfor %}
    {% if changed_input(others) %}
        {{ return(none) }}
    {% endif %}

    {# A table that this one reads may itself be behind, if a run had left it out: no day can be built further than there. #}
    {% set log_days = relation_of(graph.nodes['model.sparkify.int_log_days']) %}
    {% set until = newest_log_change() %}
    {% if built.days is none or built.days > until or state_of(log_days).built > built.built %}
        {{ return(none) }}
    {% endif %}
    {% set limit = namespace(days=until) %}
    {% for input in followed %}
        {% set state = state_of(relation_of(input)) %}
        {% if not state or state.built > built.built %}
            {{ return(none) }}
        {% endif %}
        {% set limit.days = [limit.days, state.days] | min %}
    {% endfor %}

    {% set changed = [] %}
    {% for row in run_query(
        'select distinct event_date from ' ~ log_days ~ ' where changed_at > timestamp '
        ~ text_literal(built.days) ~ ' and changed_at <= timestamp ' ~ text_literal(limit.days)
    ) %}
        {# A Thrift Server's dates are texts. #}
        {% do changed.append(modules.datetime.date.fromisoformat(row[0] | string)) %}
    {% endfor %}
    {{ return({'ranges': day_ranges(changed, unit, days_before), 'until': limit.days}) }}
{% endmacro %}

{# When int_log_days last saw a change, as text; the oldest time there is while it has no rows. #}
{% macro newest_log_change() %}
    {% for row in run_query(
        "select cast(max(changed_at) as string) from " ~ relation_of(graph.nodes['model.sparkify.int_log_days'])
    ) %}
        {{ return(row[0] or '1970-01-01 00:00:00') }}
    {% endfor %}
{% endmacro %}

{# Days as ranges of whole units, [{first: first day, after: day after the last}, …] in order. #}
{% macro day_ranges(days, unit, days_before) %}
    {% set delta = modules.datetime.timedelta %}
    {% set units = {} %}
    {% for day in days %}
        {% for distance in range(days_before + 1) %}
            {% set date = day - delta(days=distance) %}
            {% if unit == 'week' %}
                {% set first = date - delta(days=date.weekday()) %}
                {% do units.update({first: first + delta(days=7)}) %}
            {% elif unit == 'month' %}
                {% set first = date.replace(day=1) %}
                {% do units.update({first: (first + delta(days=31)).replace(day=1)}) %}
            {% else %}
                {% do units.update({date: date + delta(days=1)}) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% set ranges = [] %}
    {% for first, after in units | dictsort %}
        {% if ranges and ranges[-1].after == first %}
            {% do ranges[-1].update({'after': after}) %}
        {% else %}
            {% do ranges.append({'first': first, 'after': after}) %}
        {% endif %}
    {% endfor %}
    {{ return(ranges) }}
{% endmacro %}

{# The condition that a date, or an instant (`is_instant`), lies in the days of days_to_build(), or up to `days_after` days behind. #}
{% macro in_days(column, days, days_after=0, is_instant=false) -%}
    {%- set parts = [] -%}
    {%- for range in days.ranges if days is not none -%}
        {%- set end = range.after + modules.datetime.timedelta(days=days_after) -%}
        {%- if is_instant -%}
            {%- do parts.append(
                "(" ~ column ~ " >= timestamp '" ~ range.first ~ " 00:00:00Z' and " ~ column ~ " < timestamp '" ~ end ~ " 00:00:00Z')"
            ) -%}
        {%- else -%}
            {%- do parts.append("(" ~ column ~ " >= date '" ~ range.first ~ "' and " ~ column ~ " < date '" ~ end ~ "')") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('true' if days is none else '(' ~ parts | join(' or ') ~ ')' if parts else 'false') }}
{%- endmacro %}

{# The plan of a model that replaces the days of days_to_build() in one commit, days that became empty with them. `column`: the column of
   the table that the days are told by. #}
{% macro replace_days(column, days, is_instant=false) -%}
    {%- if days is not none -%}
        {{ show_plan({
            'write': 'replace', 'where': in_days(column, days, is_instant=is_instant), 'days': days.until,
            'reason': 'changed days' if days.ranges else none,
        }) }}
    {%- endif -%}
{%- endmacro %}
