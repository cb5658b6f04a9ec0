{# Materialization of a model that builds only what has changed, as it says by replace_only() in its SQL. With partitions this run's
   version holds the partitions that changed, and the others stay in the versions of the runs that wrote them; without, it is a whole
   small table. dbt-spark's own writes into the folders that readers read. #}
{% materialization incremental, adapter='spark', supported_languages=['sql'] %}
    {%- set published = this.incorporate(type='table') -%}
    {%- set replaced = replaced_partitions() -%}
    {{ run_hooks(pre_hooks) }}
    {% do build_or_keep(published, compiled_code, replaced is none or replaced, replaced) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [published]}) }}
{% endmaterialization %}
