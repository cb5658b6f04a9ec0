{# The config of a model whose table has partitions, for `config(**partitions([…]))`. `columns`: names, or transforms of Iceberg such as
   months(start_time), which Athena's tables, as they are not Iceberg's, go without. Each adapter has its own word for it. #}
{% macro partitions(columns) %}
    {{ return(adapter.dispatch('partitions', 'sparkify')(columns)) }}
{% endmacro %}

{% macro spark__partitions(columns) %}
    {{ return({'partition_by': columns}) }}
{% endmacro %}

{% macro trino__partitions(columns) %}
    {{ return({'properties': {'partitioning': "array['" ~ columns | join("', '") | replace('months(', 'month(') ~ "']"}}) }}
{% endmacro %}

{% macro athena__partitions(columns) %}
    {% set known = columns_without_transforms(columns) %}
    {{ return({'partitioned_by': known} if known else {}) }}
{% endmacro %}

{% macro columns_without_transforms(columns) %}
    {% set known = [] %}
    {% for column in columns if '(' not in column %}
        {% do known.append(column) %}
    {% endfor %}
    {{ return(known) }}
{% endmacro %}
