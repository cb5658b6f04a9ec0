{# Days whose events have to be built into this model: those on which one of the `followed` tables changed since this model was built,
   and `also`; with them all days of the partitions that they belong to. None: all days there are. An empty list: nothing has changed.
   `partition_of_day`: a macro that gives the partition which a day belongs to. `followed`: tables, those among them that are
   partitioned by days are looked at. `days_before`: so many days before a changed one depend on it. #}
{% macro days_to_build(partition_of_day, followed=['int_log_rows'], also=[], days_before=0) %}
    {% if must_rebuild(followed) %}
        {{ return(none) }}
    {% elif not also and not is_any_newer(followed) %}
        {% do replace_only([]) %}
        {{ return([]) }}
    {% endif %}
    {% set days = days_of(followed) %}
    {% set stale = [] %}
    {% for day in days if day in also or is_changed_until(days, day, days_before) %}
        {% do stale.append(partition_of_day(day)) %}
    {% endfor %}
    {% do replace_only(stale | unique | list) %}

    {% set needed = [] %}
    {% for day, state in days.items() if not state.is_empty and partition_of_day(day) in stale %}
        {% do needed.append(day) %}
    {% endfor %}
    {{ return(needed) }}
{% endmacro %}

{# The days on which one of the `followed` tables changed since this model was built, for a small table that keeps what it has of the
   others. None: it must be built in full. #}
{% macro changed_days(followed) %}
    {% if must_rebuild(followed) %}
        {{ return(none) }}
    {% endif %}
    {% set changed = [] %}
    {% if is_any_newer(followed) %}
        {% for day, state in days_of(followed).items() if state.is_changed %}
            {% do changed.append(day) %}
        {% endfor %}
    {% endif %}
    {% do replace_only(changed) %}
    {{ return(changed) }}
{% endmacro %}

{# Whether one of some tables was published after this model: mostly none was, and their manifests need not be read. #}
{% macro is_any_newer(tables) %}
    {% set published = published_runs() %}
    {% for table in tables if published[table][-1] > published[this.identifier][-1] %}
        {{ return(true) }}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{# The days of some tables: {day: {is_empty: no table has rows of it, is_changed: one wrote it since this model was built}}. Tables
   that are not partitioned by days have none. #}
{% macro days_of(tables) %}
    {% set published = published_runs() %}
    {% set days = {} %}
    {% for table in tables %}
        {% for partition, entry in manifest_of(table, published[table][-1]).items() if day_of(partition) %}
            {% set state = days.setdefault(day_of(partition), {'is_empty': true, 'is_changed': false}) %}
            {% do state.update({'is_empty': false}) if not entry.is_empty %}
            {% do state.update({'is_changed': true}) if entry.written_by > published[this.identifier][-1] %}
        {% endfor %}
    {% endfor %}
    {{ return(days) }}
{% endmacro %}

{# Whether a day or one of the next `days_after` days has changed. #}
{% macro is_changed_until(days, day, days_after) %}
    {% set date = modules.datetime.date.fromisoformat(day) %}
    {% for distance in range(days_after + 1) %}
        {% if days.get((date + modules.datetime.timedelta(days=distance)) | string, {}).get('is_changed') %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{# The day that a partition holds events of; none for other partitions. #}
{% macro day_of(partition) %}
    {% if is_of_events(partition) %}
        {{ return(partition.split('row_date=')[1]) }}
    {% elif partition.startswith('event_date=') %}
        {{ return(partition.removeprefix('event_date=')) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro is_of_events(partition) %}
    {{ return(partition.startswith('is_usable=true/')) }}
{% endmacro %}

{# The condition that a date is one of some days, as days_to_build gives them. #}
{% macro is_on(column, days) -%}
    {%- if days is none -%} true
    {%- elif days -%} {{ column }} in (date '{{ days | join("', date '") }}')
    {%- else -%} false
    {%- endif -%}
{%- endmacro %}

{# Some days, as days_to_build gives them, and the day after each. #}
{% macro and_days_after(days) %}
    {% if days is none %}
        {{ return(none) }}
    {% endif %}
    {% set both = [] %}
    {% for day in days %}
        {% do both.append(day) %}
        {% do both.append((modules.datetime.date.fromisoformat(day) + modules.datetime.timedelta(days=1)) | string) %}
    {% endfor %}
    {{ return(both | unique | list) }}
{% endmacro %}

{% macro partition_by_day(day) %}
    {{ return('event_date=' ~ day) }}
{% endmacro %}

{% macro partition_by_week(day) %}
    {% set date = modules.datetime.date.fromisoformat(day) %}
    {{ return('week_start_date=' ~ (date - modules.datetime.timedelta(days=date.weekday()))) }}
{% endmacro %}

{% macro partition_by_month(day) %}
    {{ return('event_month=' ~ day[:7] ~ '-01') }}
{% endmacro %}

{% macro partition_by_weekday_of_month(day) %}
    {% set date = modules.datetime.date.fromisoformat(day) %}
    {{ return('month=' ~ date.month ~ '/year=' ~ date.year ~ '/weekday=' ~ date.isoweekday()) }}
{% endmacro %}
