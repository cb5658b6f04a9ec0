{# Days whose events have to be built into this model: those on which int_log_rows changed since this model was built, and `also`;
   with them all days of the partitions that they belong to. None: all days there are. An empty list: nothing has changed.
   `partition_of_day`: a macro that gives the partition which a day belongs to. #}
{% macro days_to_build(partition_of_day, followed=['int_log_rows'], also=[]) %}
    {% if must_rebuild(followed) %}
        {{ return(none) }}
    {% endif %}
    {% set published = published_runs() %}
    {% set own_run = published[this.identifier][-1] %}
    {% if published['int_log_rows'][-1] <= own_run and not also %}
        {% do replace_only([]) %}
        {{ return([]) }}
    {% endif %}

    {% set days = {} %}
    {% set stale = [] %}
    {% for partition, entry in manifest_of('int_log_rows', published['int_log_rows'][-1]).items() if is_of_events(partition) %}
        {% set day = partition.split('row_date=')[1] %}
        {% do days.update({day: entry.is_empty}) %}
        {% do stale.append(partition_of_day(day)) if entry.written_by > own_run or day in also %}
    {% endfor %}
    {% do replace_only(stale | unique | list) %}

    {% set needed = [] %}
    {% for day, is_empty in days.items() if not is_empty and partition_of_day(day) in stale %}
        {% do needed.append(day) %}
    {% endfor %}
    {{ return(needed) }}
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

{# The days of partitions by day; none for none. #}
{% macro days_of(partitions) %}
    {{ return(none if partitions is none else partitions | map('replace', 'event_date=', '') | list) }}
{% endmacro %}

{% macro partition_by_day(day) %}
    {{ return('event_date=' ~ day) }}
{% endmacro %}

{% macro partition_by_month(day) %}
    {{ return('event_month=' ~ day[:7] ~ '-01') }}
{% endmacro %}

{% macro partition_by_weekday_of_month(day) %}
    {% set date = modules.datetime.date.fromisoformat(day) %}
    {{ return('month=' ~ date.month ~ '/year=' ~ date.year ~ '/weekday=' ~ date.isoweekday()) }}
{% endmacro %}
