{# Follows the name of an Iceberg table in a query: read the table as of a snapshot. #}
{% macro as_of_snapshot(id) -%}
    {{ return(adapter.dispatch('as_of_snapshot', 'sparkify')(id)) }}
{%- endmacro %}

{% macro spark__as_of_snapshot(id) -%}
    version as of {{ id }}
{%- endmacro %}

{% macro default__as_of_snapshot(id) -%}
    for version as of {{ id }}
{%- endmacro %}
