{# An incremental model says while it is compiled which partitions it builds (all others stay as they are); its materialization,
   which dbt renders on its own later on, asks for them. Nothing said: the whole table. An empty list: nothing has changed. #}
{% macro replace_only(partitions) %}
    {% do graph.nodes[model.unique_id].update({'replaced_partitions': partitions}) if execute and model.unique_id in graph.nodes %}
{% endmacro %}

{% macro replaced_partitions() %}
    {{ return(graph.nodes[model.unique_id].get('replaced_partitions')) }}
{% endmacro %}
