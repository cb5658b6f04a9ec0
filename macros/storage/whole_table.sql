{# Materializations of Trino and Athena, where each run builds whole tables: a model that is incremental in Spark is a table there, as
   dbt's adapter makes it. Its own incremental ones would add what is there already. #}
{% materialization incremental, adapter='trino', supported_languages=['sql'] %}
    {{ return(dbt.materialization_table_trino()) }}
{% endmaterialization %}

{% materialization incremental, adapter='athena', supported_languages=['sql'] %}
    {{ return(dbt.materialization_table_athena()) }}
{% endmaterialization %}
