{# Load the seeds that are not there yet, so that `dbt run` and `dbt test` work on a new lake as `dbt build` does. #}
{% macro load_missing_seeds() %}
    {% if execute and flags.WHICH in ['run', 'test'] %}
        {% for node in graph.nodes.values() if node.resource_type == 'seed' %}
            {% if relation_is_missing(node) %}
                {% do load_seed(node, relation_of(node)) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro load_seed(node, relation) %}
    {{ return(adapter.dispatch('load_seed', 'sparkify')(node, relation)) }}
{% endmacro %}

{% macro default__load_seed(node, relation) %}
    {% do exceptions.raise_compiler_error('The table ' ~ relation ~ ' is missing; run dbt seed first, or dbt build.') %}
{% endmacro %}

{# In a session Spark runs on this machine and reads the project's files; a server may not. #}
{% macro spark__load_seed(node, relation) %}
    {% if adapter.config.credentials.method != 'session' %}
        {{ return(default__load_seed(node, relation)) }}
    {% endif %}
    {% set view = 'seed_' ~ node.alias %}
    {% do run_statement(
        'create or replace temporary view ' ~ view ~ ' using csv options (header true, path '
        ~ text_literal(node.root_path ~ '/' ~ node.original_file_path) ~ ')'
    ) %}
    {% set columns = [] %}
    {% for name, type in node.config.column_types.items() %}
        {% do columns.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) %}
    {% endfor %}
    {% do create_schema(relation) %}
    {% do begin_commit(relation, {'write': 'whole', 'reason': 'new table'}, node) %}
    {% do run_statement('create table ' ~ relation ~ ' using iceberg location '
        ~ text_literal(schema_location(relation.schema) ~ '/' ~ node.alias) ~ ' as select ' ~ columns | join(', ') ~ ' from ' ~ view) %}
    {% do end_commit(relation) %}
    {% do run_statement('drop view ' ~ view) %}
{% endmacro %}

{% macro relation_is_missing(node) %}
    {{ return(load_cached_relation(relation_of(node)) is none) }}
{% endmacro %}
