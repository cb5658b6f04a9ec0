{# The value of a table property in Spark, or none. #}
{% macro table_property(relation, name) %}
    {% for row in run_query('show tblproperties ' ~ relation) if row[0] == name and row[1] != 'none' %}
        {{ return(row[1]) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{# The id of the current snapshot of an Iceberg table, or none if it has no snapshot. #}
{% macro spark__current_snapshot(relation) %}
    {{ return(table_property(relation, 'current-snapshot-id')) }}
{% endmacro %}

{% macro default__current_snapshot(relation) %}
    {% for row in run_query('select cast(snapshot_id as varchar) from ' ~ metadata_table(relation, 'refs') ~ " where name = 'main'") %}
        {{ return(row[0]) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
