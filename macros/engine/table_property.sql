{# The value of a table property; none if it is not set. #}
{% macro table_property(relation, name) %}
    {% for row in run_query('show tblproperties ' ~ relation) if row[0] == name %}
        {{ return(row[1]) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
