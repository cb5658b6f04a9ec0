{# The value of a table property, or `current-snapshot-id` of an Iceberg table; none if it is not set. #}
{% macro table_property(relation, name) %}
    {{ return(adapter.dispatch('table_property', 'sparkify')(relation, name)) }}
{% endmacro %}

{% macro spark__table_property(relation, name) %}
    {% for row in run_query('show tblproperties ' ~ relation) if row[0] == name and row[1] != 'none' %}
        {{ return(row[1]) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{% macro default__table_property(relation, name) %}
    {% for row in run_query('select value from ' ~ metadata_table(relation, 'properties') ~ ' where key = ' ~ text_literal(name)) %}
        {{ return(row[0]) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
