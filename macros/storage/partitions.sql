{# The config of a model whose table has partitions, for `config(**partitions([…]))`. `columns`: names, the last ones of the table. Each
   adapter has its own word for it; what is none of an adapter's is not given to it. #}
{% macro partitions(columns) %}
    {{ return(adapter.dispatch('partitions', 'sparkify')(columns)) }}
{% endmacro %}

{% macro spark__partitions(columns) %}
    {{ return({'partition_by': columns}) }}
{% endmacro %}

{% macro trino__partitions(columns) %}
    {{ return({'properties': {'partitioned_by': "array['" ~ columns | join("', '") ~ "']"}}) }}
{% endmacro %}

{# Glue finds partitions by texts, numbers and dates, and knows no filter by a boolean, as columns named is_… are. #}
{% macro athena__partitions(columns) %}
    {% set known = [] %}
    {% for column in columns if not column.startswith('is_') %}
        {% do known.append(column) %}
    {% endfor %}
    {{ return({'partitioned_by': known}) }}
{% endmacro %}
