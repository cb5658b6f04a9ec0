{# Keep the rows of a query under a name for the rest of the session, so that several statements read what was parsed once:
   for what arrived, so for Spark alone. #}
{% macro keep_rows(name, query) %}
    {% do run_statement('drop view if exists ' ~ name) %}
    {% do run_statement('cache table ' ~ name ~ " options ('storageLevel' 'MEMORY_AND_DISK') as " ~ query) %}
{% endmacro %}
