{# Load seeds that are missing, so that `dbt run` and `dbt test` work on a new lake as `dbt build` does. A session reads the project's
   files itself; a server may not be able to. #}
{% macro load_missing_seeds() %}
    {% for node in (graph.nodes.values() if execute and flags.WHICH in ['run', 'test'] else []) if node.resource_type == 'seed' %}
        {% set table = relation_of(node) %}
        {% if load_cached_relation(table) is none %}
            {% if adapter.config.credentials.method != 'session' %}
                {% do exceptions.raise_compiler_error('The table ' ~ table ~ ' is missing; run dbt seed first, or dbt build.') %}
            {% endif %}
            {% set columns = [] %}
            {% for name, type in node.config.column_types.items() %}
                {% do columns.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) %}
            {% endfor %}
            {% do run_statement(
                'create or replace temporary view seed_rows using csv options (header true, path '
                ~ text_literal(node.root_path ~ '/' ~ node.original_file_path) ~ ')'
            ) %}
            {% do create_schema(table) %}
            {% do commit(table, {'rebuilt': true, 'reason': 'new table'}, [
                'create table ' ~ table ~ ' using iceberg location ' ~ text_literal(schema_location(node.schema) ~ '/' ~ node.alias)
                ~ ' as select ' ~ columns | join(', ') ~ ' from seed_rows'
            ], node) %}
            {% do adapter.cache_added(table.incorporate(type='table')) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
