{# Columns of a model with Redshift's types, from its contract: '<name> <type>' with a comma between them. #}
{% macro redshift_columns(model_name) -%}
    {%- set types = {
        'string': 'varchar(65535)', 'bigint': 'bigint', 'int': 'integer', 'double': 'double precision', 'timestamp': 'timestamp',
        'date': 'date', 'boolean': 'boolean',
    } -%}
    {%- set columns = [] -%}
    {%- for name, column in (graph.nodes['model.sparkify.' ~ model_name].columns if execute else {}).items() -%}
        {%- do columns.append('"' ~ name ~ '" ' ~ types[column.data_type]) -%}
    {%- endfor -%}
    {{ return(columns | join(',\n    ')) }}
{%- endmacro %}

{# Names of the columns of a model, in the order of its contract. #}
{% macro redshift_column_names(model_name) -%}
    {%- set names = [] -%}
    {%- for name in (graph.nodes['model.sparkify.' ~ model_name].columns if execute else []) -%}
        {%- do names.append('"' ~ name ~ '"') -%}
    {%- endfor -%}
    {{ return(names | join(',\n    ')) }}
{%- endmacro %}
