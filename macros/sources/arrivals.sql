{# Raw files that are new, or changed since their rows were stored: a list of URIs, as in source_file. Exact, by path and
   modification time, as a file that is copied with its old time would be missed by a window of time.
   `stored`: a query of the files whose rows are stored, with columns source_file and loaded_at. #}
{% macro arrived_files(source_name, table_name, stored) %}
    {% set files = [] %}
    {% for row in run_query(
        'with listed as (' ~ list_source_files(external_table(source_name, table_name)) ~ '), stored as (' ~ stored ~ ')'
        ~ ' select listed.source_file from listed left join stored'
        ~ ' on listed.source_file = stored.source_file and listed.loaded_at = stored.loaded_at'
        ~ ' where stored.source_file is null'
    ) %}
        {% do files.append(row[0]) %}
    {% endfor %}
    {{ return(files) }}
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
