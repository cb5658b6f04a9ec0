{# What has arrived in a source since a table of its rows was built: {files: readable raw files that are new or changed, replaced: those of them, and
   of an interrupted run, whose older rows must go}. None: the table must be built whole. Exact, by path and modification time, as a
   file that is copied with its old time would be missed by a window of time. For a model that appends what arrived. On Trino and Athena, which have no
   listing but by reading: {read: files that need not be read again, seen: by file, deliveries of those that are read again, replaced}. #}
{% macro arrived_files(table_name) %}
    {# The view that the model reads is of a table that the session may not know yet. #}
    {% do external_table('raw', table_name) if execute and model.resource_type != 'unit_test' %}
    {% set raw_files = ref('raw_files') if target.type == 'spark' and model.resource_type != 'unit_test' %}
    {% if state_before() is none %}
        {{ return(none) }}
    {% endif %}
    {% set known = {} %}
    {% set replaced = [] %}
    {% set recent = [] %}
    {% for row in run_query(
        'select source_file, max_by(' ~ delivery_key('source_file', 'loaded_at') ~ ', arrived_at), count(*), max(loaded_at) > '
        ~ run_started() ~ " - interval '" ~ var('recheck_days') ~ "' day from (select source_file, arrived_at, max(loaded_at) as loaded_at from "
        ~ this ~ ' group by source_file, arrived_at) group by source_file'
    ) %}
        {% do known.update({row[0]: row[1]}) %}
        {% do replaced.append(row[0]) if row[2] > 1 %}
        {% do recent.append(row[0]) if row[3] %}
    {% endfor %}
    {# Raw files that are still there and have events on the days of a backfill are parsed again, as if they had changed. #}
    {% if table_name == 'log_data' and var('backfill_from') %}
        {% for row in run_query(
            'select distinct source_file from ' ~ this ~ " where is_usable and event_date between date '" ~ var('backfill_from')
            ~ "' and date '" ~ var('backfill_to') ~ "'"
        ) %}
            {% do known.update({row[0]: ''}) %}
            {% do recent.append(row[0]) %}
        {% endfor %}
    {% endif %}
    {% if target.type != 'spark' %}
        {% set seen = {} %}
        {% for file in recent %}
            {% do seen.update({file: known.pop(file, '')}) %}
        {% endfor %}
        {{ return({'read': known.keys() | list, 'seen': seen, 'replaced': replaced + seen.keys() | list}) }}
    {% endif %}
    {% set files = [] %}
    {% for row in run_query(arrivals(
        'select source_file, loaded_at from ' ~ raw_files ~ " where layout is not null and source_name = '" ~ table_name ~ "'",
        known.values() | list
    )) %}
        {% do files.append(row[0]) %}
        {% do replaced.append(row[0]) if row[0] in known %}
    {% endfor %}
    {{ return({'files': files, 'replaced': replaced}) }}
{% endmacro %}

{# The condition on rows of a source that they are of files that arrived; of all that can be read if the table is built whole. Lists, as
   Spark opens the files that a subquery in vw_… would leave out; without them no file is read as a whole but the few that are one JSON value. #}
{% macro of_arrived_files(arrivals) %}
    {% if target.type != 'spark' and arrivals is not none %}
        {# With more names the statement would be too long: then all files are read. #}
        {{ return(
            'source_file not in (' ~ text_list(arrivals.read) ~ ') and ' ~ delivery_key('source_file', 'loaded_at') ~ ' not in ('
            ~ text_list(arrivals.seen.values()) ~ ')' if arrivals.read | length + arrivals.seen | length <= 3000 else
            delivery_key('source_file', 'loaded_at') ~ ' not in (select ' ~ delivery_key('source_file', 'loaded_at') ~ ' from ' ~ this ~ ')'
        ) }}
    {% endif %}
    {% set unread = [] %}
    {% set documents = [] %}
    {% set is_known = execute and target.type == 'spark' and model.resource_type != 'unit_test'
        and (flags.WHICH in ['run', 'build'] if arrivals is none else arrivals.files) %}
    {% for path, reason in (run_query(
        'select source_file, reason from ' ~ ref('raw_files') ~ " where reason is not null or layout = 'document'"
    ) if is_known else []) %}
        {% do (unread if reason else documents).append(path) %}
    {% endfor %}
    {% set conditions = ['true' if arrivals is none else 'source_file in (' ~ text_list(arrivals.files) ~ ')'] %}
    {% if arrivals is none and unread %}
        {% do conditions.append('source_file not in (' ~ text_list(unread) ~ ')') %}
    {% endif %}
    {# With more names than this the statement would be too long, so a subquery is used. #}
    {% if is_known and documents | length <= 10000 %}
        {% do conditions.append('(not is_document or source_file in (' ~ text_list(documents) ~ '))' if documents else 'not is_document') %}
    {% endif %}
    {{ return(conditions | join(' and ')) }}
{% endmacro %}

{# The files of a listing, a query for source_file and loaded_at, that are not known. An engine that knows names and times from its
   listing asks the store for each file that is left by this condition, and for no other: with a join it asks for every file, in every
   run. More literals than this are too long a statement. #}
{% macro arrivals(listing, known) %}
    {{ return(
        'with listed as (' ~ listing ~ ') select source_file from listed where '
        ~ delivery_key('source_file', 'loaded_at') ~ ' not in (' ~ text_list(known) ~ ')'
        if known | length <= 50000 else
        'with listed as (' ~ listing ~ ') select listed.source_file from listed left anti join ' ~ this ~ ' as stored'
        ~ ' on listed.source_file = stored.source_file and listed.loaded_at = stored.loaded_at'
    ) }}
{% endmacro %}

{# The plan of a model that appends what arrived_files() gives. `statements`: more of them, after it. #}
{% macro append_arrivals(arrivals, statements=[], erased=none) -%}
    {%- if arrivals is not none -%}
        {%- set then = ([delete_replaced_rows(arrivals.replaced)] if arrivals.replaced else []) + statements -%}
        {{ show_plan({
            'write': 'append' if arrivals.get('files', true) else 'none', 'then': then, 'erased': erased,
            'reason': 'new files' if arrivals.get('files', true) else 'changed files' if arrivals.replaced else 'erasure' if statements else none,
        }) }}
    {%- endif -%}
{%- endmacro %}

{# Old rows of a file are deleted after its new ones are there; if a run is killed in between, the next one deletes them. #}
{% macro delete_replaced_rows(files) %}
    {{ return(
        'delete from ' ~ this ~ ' where source_file in (' ~ text_list(files) ~ ') and (source_file, arrived_at) not in (select source_file,'
        ~ ' max(arrived_at) from ' ~ this ~ ' where source_file in (' ~ text_list(files) ~ ') group by source_file)'
    ) }}
{% endmacro %}

{# A text that identifies a file at a time. #}
{% macro delivery_key(source_file, loaded_at) %}
    {{ return(dbt.hash('concat(' ~ source_file ~ ", ' ', cast(" ~ loaded_at ~ ' as ' ~ dbt.type_string() ~ '))')) }}
{% endmacro %}

{# Texts as SQL literals, for `in (…)` and `not in (…)`. An empty list becomes one empty text, which is no file's name. #}
{% macro text_list(texts) -%}
    {%- set literals = [] -%}
    {%- for text in texts -%}
        {%- do literals.append(text_literal(text)) -%}
    {%- endfor -%}
    {{ return(literals | join(', ') if literals else "''") }}
{%- endmacro %}
