{# The folder with the files of a table, for engines that are no dbt target, such as Redshift. Where the table is not there yet, or
   nobody may be asked (--no-introspect): the one that its schema would give it. `relation`: as ref() gives it. #}
{% macro table_folder(relation) -%}
    {%- set existing = load_cached_relation(relation) if execute and flags.INTROSPECT else none -%}
    {{ return(
        adapter.dispatch('table_folder', 'sparkify')(relation) if existing is not none
        else schema_location(relation.schema) ~ '/' ~ relation.identifier
    ) }}
{%- endmacro %}

{% macro spark__table_folder(relation) -%}
    {%- for row in run_query('describe table extended ' ~ relation) if row[0] == 'Location' -%}
        {{ return(row[1]) }}
    {%- endfor -%}
{%- endmacro %}

{% macro default__table_folder(relation) -%}
    {%- for row in run_query('select regexp_replace("$path", \'/[^/]*$\', \'\') from ' ~ relation ~ ' limit 1') -%}
        {{ return(row[0]) }}
    {%- endfor -%}
    {{ return(schema_location(relation.schema) ~ '/' ~ relation.identifier) }}
{%- endmacro %}
