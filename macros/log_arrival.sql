{# What arrived in the event logs since int_log_rows was built, for int_log_rows itself. None: it must be built in full. Otherwise
   the arrived rows are kept as `arrived_log_rows`, the keys whose deliveries must be compared anew as `contested_log_keys`, and
   the answer has `files`, the raw files whose rows replace what is stored of them, and `partitions`, those of int_log_rows that
   change: where arrived rows belong, where rows of the same files were, and where other deliveries of the same events are. #}
{% macro log_arrival() %}
    {% if must_rebuild() %}
        {% do replace_only(none) %}
        {{ return(none) }}
    {% endif %}
    {% set stored_files = api.Relation.create(schema=this.schema, identifier='int_log_files') %}
    {% if load_cached_relation(stored_files) is none %}
        {% do replace_only(none) %}
        {{ return(none) }}
    {% endif %}
    {% set files = arrived_files('raw', 'log_data', 'select distinct source_file, loaded_at from ' ~ stored_files) %}
    {% if not files %}
        {% do replace_only([]) %}
        {{ return({'files': [], 'partitions': []}) }}
    {% endif %}

    {% do keep_rows(
        'arrived_log_rows', 'select * from ' ~ ref('int_judged_log_rows') ~ ' where source_file in (' ~ text_list(files) ~ ')'
    ) %}
    {% set replaced = log_partitions(
        'select distinct is_usable, row_date from ' ~ stored_files ~ ' where source_file in (' ~ text_list(files) ~ ')'
    ) %}
    {% do keep_rows(
        'contested_log_keys',
        'select session_id, item_in_session from arrived_log_rows where is_usable'
        ~ ' union select session_id, item_in_session from ' ~ this
        ~ ' where is_usable and ' ~ is_in_partitions(replaced) ~ ' and source_file in (' ~ text_list(files) ~ ')'
    ) %}
    {% set partitions = log_partitions(
        'select is_usable, row_date from arrived_log_rows union select stored.is_usable, stored.row_date from ' ~ this
        ~ ' as stored left semi join contested_log_keys as contested on stored.session_id = contested.session_id'
        ~ ' and stored.item_in_session = contested.item_in_session where stored.is_usable and ' ~ session_range()
    ) %}
    {% set partitions = (partitions + replaced) | unique | list %}
    {% do replace_only(partitions) %}
    {{ return({'files': files, 'partitions': partitions}) }}
{% endmacro %}

{# Bounds of the contested sessions: parquet's statistics leave out most of the history by them. #}
{% macro session_range() %}
    {% for row in run_query('select min(session_id), max(session_id) from contested_log_keys') %}
        {{ return('stored.session_id between ' ~ (row[0] or 0) ~ ' and ' ~ (row[1] or 0)) }}
    {% endfor %}
{% endmacro %}

{% macro log_partitions(query) %}
    {% set partitions = [] %}
    {% for row in run_query(query) %}
        {% do partitions.append('is_usable=' ~ row[0] | lower ~ '/row_date=' ~ row[1]) %}
    {% endfor %}
    {{ return(partitions) }}
{% endmacro %}

{# The condition that a row of int_log_rows is in one of some partitions. #}
{% macro is_in_partitions(partitions) -%}
    {%- set days = {'true': [], 'false': []} -%}
    {%- for partition in partitions -%}
        {%- set is_usable, day = partition.removeprefix('is_usable=').split('/row_date=') -%}
        {%- do days[is_usable].append(day) -%}
    {%- endfor -%}
    ((is_usable and {{ is_on('row_date', days['true']) }}) or (not is_usable and {{ is_on('row_date', days['false']) }}))
{%- endmacro %}
