{# Run a statement that gives no rows. Not run_query: Spark 3.5's Thrift Server has no result set for these, and the client
   fails when it fetches one. #}
{% macro run_statement(sql) %}
    {% call statement('statement', fetch_result=False, auto_begin=False) %}{{ sql }}{% endcall %}
{% endmacro %}

{# A text as an SQL literal; values that come from outside go through here. #}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal', 'sparkify')(text)) }}
{%- endmacro %}

{% macro spark__text_literal(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{# A path that means the same in every statement: Spark takes a relative one as relative to the schema's folder. #}
{% macro absolute_path(path) -%}
    {{ return(adapter.dispatch('absolute_path', 'sparkify')(path)) }}
{%- endmacro %}

{% macro spark__absolute_path(path) -%}
    {{ path if path.startswith('/') or ':' in path else '${system:user.dir}/' ~ path }}
{%- endmacro %}

{# The value of a table property; none if it is not set. #}
{% macro table_property(relation, name) %}
    {% for row in run_query('show tblproperties ' ~ relation) if row[0] == name %}
        {{ return(row[1]) }}
    {% endfor %}
{% endmacro %}
