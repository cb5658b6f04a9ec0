{# What arrived in the event logs since int_log_rows was built, for int_log_rows itself. None: it must be built in full. Otherwise
   the arrived rows are kept as `arrived_log_rows`, the keys whose deliveries must be compared anew as `contested_log_keys`, and
   the answer has `files`, the raw files whose rows replace what is stored of them, and `partitions`, those of int_log_rows that
   change: where arrived rows belong, where rows of the same files were, and where other deliveries of the same events are. #}
{% macro log_arrival() %}
    {% if must_rebuild() %}
        {{ return(none) }}
    {% endif %}
    {% set stored_files = api.Relation.create(schema=this.schema, identifier='int_log_files') %}
    {% if load_cached_relation(stored_files) is none %}
        {{ return(none) }}
    {% endif %}
    {% set files = arrived_files('raw', 'log_data', 'select distinct source_file, loaded_at from ' ~ stored_files) %}
    {% set files = (files + files_to_backfill(stored_files)) | unique | list %}
    {% set erases = has_rows_to_erase() %}
    {% if not files and not erases %}
        {% do replace_only([]) %}
        {{ return({'files': [], 'partitions': [], 'erases': false}) }}
    {% endif %}
    {% set is_erased = is_of_erased_user('user_id', 'raw_text') if erases else 'false' %}

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
        ~ ' where is_usable and ((' ~ is_in_partitions(replaced) ~ ' and source_file in (' ~ text_list(files) ~ ')) or ' ~ is_erased ~ ')'
    ) %}
    {% set partitions = log_partitions(
        'select is_usable, row_date from arrived_log_rows union select stored.is_usable, stored.row_date from ' ~ this
        ~ ' as stored left semi join contested_log_keys as contested on stored.session_id = contested.session_id'
        ~ ' and stored.item_in_session = contested.item_in_session where stored.is_usable and ' ~ session_range()
    ) %}
    {% set erased = log_partitions(
        'select is_usable, row_date from ' ~ this ~ ' where ' ~ is_erased
        ~ ' union select false, ' ~ utc_date('loaded_at') ~ ' from ' ~ this ~ ' where ' ~ is_erased
    ) if erases else [] %}
    {% set partitions = (partitions + replaced + erased) | unique | list %}
    {% do replace_only(partitions) %}
    {{ return({'files': files, 'partitions': partitions, 'erases': erases}) }}
{% endmacro %}

{# Raw files that are still there and have events on the days from the var backfill_from to backfill_to, both included: they are
   parsed again. None without these vars. #}
{% macro files_to_backfill(stored_files) %}
    {% set files = [] %}
    {% if var('backfill_from') or var('backfill_to') %}
        {% for row in run_query(
            'with listed as (' ~ list_source_files(external_table('raw', 'log_data')) ~ ') select distinct listed.source_file from listed'
            ~ ' left semi join ' ~ stored_files ~ ' as stored on listed.source_file = stored.source_file and stored.is_usable'
            ~ " and stored.row_date between date '" ~ var('backfill_from') ~ "' and date '" ~ var('backfill_to') ~ "'"
        ) %}
            {% do files.append(row[0]) %}
        {% endfor %}
    {% endif %}
    {{ return(files) }}
{% endmacro %}

{# Whether users were erased since int_log_rows was built. #}
{% macro has_rows_to_erase() %}
    {% set hashes = erased_user_hashes() %}
    {{ return(hashes | length > 0 and table_property(this, 'sparkify.erased_users') != local_md5(hashes | join(' '))) }}
{% endmacro %}

{# After int_log_rows was built: it knows of these erased users. #}
{% macro note_erased_users() %}
    {% set hashes = erased_user_hashes() %}
    {% if hashes and table_property(this, 'sparkify.erased_users') != local_md5(hashes | join(' ')) %}
        {% do run_statement(
            'alter table ' ~ this ~ " set tblproperties ('sparkify.erased_users' = '" ~ local_md5(hashes | join(' ')) ~ "')"
        ) %}
    {% endif %}
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
