{# The partitions of a model, for `config(**partitions([…]))`: each adapter has its own name for this setting. `columns`: names, or Iceberg
   transforms such as months(start_time). #}
{% macro partitions(columns) %}
    {{ return(adapter.dispatch('partitions', 'sparkify')(columns)) }}
{% endmacro %}

{% macro spark__partitions(columns) %}
    {{ return({'partition_by': columns}) }}
{% endmacro %}

{% macro trino__partitions(columns) %}
    {{ return({'properties': {'partitioning': "array['" ~ columns | join("', '") | replace('months(', 'month(') ~ "']"}}) }}
{% endmacro %}

{# By month, because a statement on Athena writes at most 100 partitions. #}
{% macro athena__partitions(columns) %}
    {% set months = [] %}
    {% for column in columns %}
        {% do months.append('month(' ~ column.removeprefix('months(').removesuffix(')') ~ ')') %}
    {% endfor %}
    {{ return({'partitioned_by': months}) }}
{% endmacro %}

{% macro columns_without_transforms(columns) %}
    {% set known = [] %}
    {% for column in columns if '(' not in column %}
        {% do known.append(column) %}
    {% endfor %}
    {{ return(known) }}
{% endmacro %}
