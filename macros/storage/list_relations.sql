{# dbt calls this for the tables and views of a schema. For the documentation it finds columns and statistics in Spark's text about
   each: there types have names that SQL does not know (long), and statistics are missing until someone asks for them. #}
{% macro spark__list_relations_without_caching(relation) %}
    {% call statement('list_relations_without_caching', fetch_result=True) %}
        show table extended in {{ relation.schema }} like '*'
    {% endcall %}
    {% set listed = load_result('list_relations_without_caching').table %}
    {% if flags.WHICH != 'generate' %}
        {% do return(listed) %}
    {% endif %}
    {% set statistics = table_statistics(relation.schema, listed.rows) if relation.schema == target.schema else {} %}
    {% set described = [] %}
    {% for row in listed.rows %}
        {% do described.append([row[0], row[1], row[2], sql_types(row[3]) ~ '\n' ~ statistics.get(row[1], '')]) %}
    {% endfor %}
    {% do return(described) %}
{% endmacro %}

{# Spark's text about a table, with the types of its columns as SQL names them. #}
{% macro sql_types(information) %}
    {% set text = namespace(value=information) %}
    {% for name, sql_name in {'long': 'bigint', 'integer': 'int', 'short': 'smallint', 'byte': 'tinyint'}.items() %}
        {% set text.value = modules.re.sub(
            '(?m)^( \\|-- .*): ' ~ name ~ ' \\(nullable', '\\1: ' ~ sql_name ~ ' (nullable', text.value
        ) %}
    {% endfor %}
    {% do return(text.value) %}
{% endmacro %}

{# Bytes and rows of the parquet tables among the listed ones, by name, in the words that dbt-spark reads. One statement: each
   costs more to start than to answer. #}
{% macro table_statistics(schema, listed) %}
    {% set counts = [] %}
    {% for row in listed if 'Provider: parquet' in row[3] %}
        {% do counts.append(
            'select ' ~ text_literal(row[1]) ~ ' as name, max(_metadata.file_size) as file_bytes, count(*) as file_rows from '
            ~ schema ~ '.' ~ adapter.quote(row[1]) ~ ' group by _metadata.file_path'
        ) %}
    {% endfor %}
    {% set statistics = {} %}
    {% if counts %}
        {% call statement('table_statistics', fetch_result=True) %}
            select name, cast(sum(file_bytes) as bigint) as table_bytes, cast(sum(file_rows) as bigint) as table_rows
            from ({{ counts | join(' union all ') }}) as files
            group by name
        {% endcall %}
        {% for row in load_result('table_statistics').table.rows %}
            {% do statistics.update({row[0]: 'Statistics: ' ~ row[1] ~ ' bytes, ' ~ row[2] ~ ' rows'}) %}
        {% endfor %}
    {% endif %}
    {% do return(statistics) %}
{% endmacro %}
