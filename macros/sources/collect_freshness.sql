{# dbt computes the age of the newest raw file from the `loaded_at_field` of _sources.yml, which is Spark's. #}
{% macro trino__collect_freshness(source, loaded_at_field, filter) %}
    {{ return(default__collect_freshness(source, source_file_modified_at(), filter)) }}
{% endmacro %}

{% macro athena__collect_freshness(source, loaded_at_field, filter) %}
    {{ return(default__collect_freshness(source, source_file_modified_at(), filter)) }}
{% endmacro %}
