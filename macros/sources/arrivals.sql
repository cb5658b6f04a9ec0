{# Raw files that are new, or changed since their rows were stored: a list of URIs, as in source_file. Exact, by path and
   modification time, as a file that is copied with its old time would be missed by a window of time.
   `stored`: a query of the files whose rows are stored, with columns source_file and loaded_at. #}
{% macro arrived_files(source_name, table_name, stored) %}
    {% set listed = list_source_files(external_table(source_name, table_name)) %}
    {% set known = [] %}
    {% for row in run_query('select ' ~ delivery_key('source_file', 'loaded_at') ~ ' from (' ~ stored ~ ') as stored') %}
        {% do known.append(row[0]) %}
    {% endfor %}
    {% set files = [] %}
    {% for row in run_query(
        arrivals_but_known(listed, known) if known | length <= 50000 else arrivals_but_stored(listed, stored)
    ) %}
        {% do files.append(row[0]) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}

{# An engine that knows names and times from its listing asks the store for each file that is left by this condition, and for no
   other: with a join it asks for every file, in every run. More literals than this are too long a statement. #}
{% macro arrivals_but_known(listed, known) %}
    {{ return(
        'with listed as (' ~ listed ~ ') select source_file from listed where '
        ~ delivery_key('source_file', 'loaded_at') ~ ' not in (' ~ text_list(known) ~ ')'
    ) }}
{% endmacro %}

{% macro arrivals_but_stored(listed, stored) %}
    {{ return(
        'with listed as (' ~ listed ~ '), stored as (' ~ stored ~ ') select listed.source_file from listed left join stored'
        ~ ' on listed.source_file = stored.source_file and listed.loaded_at = stored.loaded_at where stored.source_file is null'
    ) }}
{% endmacro %}

{# A text that stands for a file as it was at a time. #}
{% macro delivery_key(source_file, loaded_at) %}
    {{ return(md5_hex('concat(' ~ source_file ~ ", ' ', cast(" ~ loaded_at ~ ' as ' ~ dbt.type_string() ~ '))')) }}
{% endmacro %}

{# The raw files of a source and when they were last modified, without a look into them. #}
{% macro list_source_files(node) %}
    {{ return(
        'select ' ~ source_file() ~ ' as source_file, ' ~ source_file_modified_at() ~ ' as loaded_at from ' ~ source_listing(node)
    ) }}
{% endmacro %}

{# A list of texts as SQL literals, for `in (…)` and `not in (…)`; an empty text, which no file is named, where the list is empty. #}
{% macro text_list(texts) -%}
    {%- set literals = [] -%}
    {%- for text in texts -%}
        {%- do literals.append(text_literal(text)) -%}
    {%- endfor -%}
    {{ return(literals | join(', ') if literals else "''") }}
{%- endmacro %}
