{# The schema that holds the versions of another schema's tables, out of the way of people who browse that one. #}
{% macro versions_schema() -%}
    {{ target.schema }}_versions
{%- endmacro %}

{# This run's version of a table. The time comes first in the name, so that names sort by age. #}
{% macro version_relation(published) %}
    {% set run = run_started_at.strftime('%Y%m%dt%H%M%S') ~ '_' ~ invocation_id.replace('-', '')[:8] %}
    {{ return(api.Relation.create(
        schema=versions_schema(), identifier=published.identifier ~ '__' ~ run, type='table'
    )) }}
{% endmacro %}

{# Drop all but the newest versions of a table. The one before the current is kept for readers that still hold its list of files. #}
{% macro drop_old_versions(published) %}
    {% set versions = [] %}
    {% for row in run_query(
        'show tables in ' ~ versions_schema() ~ ' like ' ~ text_literal(published.identifier ~ '__2*')
    ) %}
        {% do versions.append(row['tableName']) %}
    {% endfor %}
    {% for name in (versions | sort(reverse=true))[var('kept_versions'):] %}
        {% do run_statement('drop table if exists ' ~ api.Relation.create(schema=versions_schema(), identifier=name)) %}
    {% endfor %}
{% endmacro %}
