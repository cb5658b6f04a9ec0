{# What writes a plan on Trino. Its tables have no NOT NULL, which goes when a table is replaced, and no order of rows. #}

{% macro default__write_statements(table, sql, plan, existing) %}
    {%- set columns = model.columns.keys() | join(', ') -%}
    {%- if plan.write in ['table', 'rows'] -%}
        {% do get_assert_columns_equivalent(sql) if config.get('contract').enforced %}
        {{ return([
            'create or replace table ' ~ table ~ ' comment ' ~ text_literal(column_comment(model.description)) ~ ' ' ~ properties()
            ~ ' as select ' ~ columns ~ ' from (' ~ sql ~ '\n)'
        ]) }}
    {%- elif plan.write == 'append' -%}
        {{ return(['insert into ' ~ table ~ ' (' ~ columns ~ ') select ' ~ columns ~ ' from (' ~ sql ~ '\n)']) }}
    {%- endif -%}
    {#- A row of the source for each day that is replaced, and each new row, which matches none. -#}
    {%- set days = [] -%}
    {%- for range in plan.ranges -%}
        {%- do days.append("sequence(date '" ~ range.first ~ "', date '" ~ range.after ~ "' - interval '1' day)") -%}
    {%- endfor -%}
    {%- set merge -%}
        merge into {{ table }}
        using (
            select
                cast(null as date) as replaced_day,
                {% for name in model.columns -%} {{ name }} as new_{{ name }}{{ ', ' if not loop.last }} {%- endfor %}
            from ({{ sql }}
            )
            union all
            select day {%- for name in model.columns -%} , null {%- endfor %} from unnest(flatten(array[{{ days | join(', ') }}])) as days (day)
        )
        on cast({{ plan.column }} as date) = replaced_day and {{ plan.where }}
        when matched then delete
        when not matched and replaced_day is null then insert ({{ columns }}) values (new_{{ model.columns.keys() | join(', new_') }})
    {%- endset -%}
    {{ return([merge]) }}
{% endmacro %}

{% macro default__publish_comments(table, written) %}
    {% do persist_docs(table, model, for_relation=false) if written in ['table', 'rows'] %}
{% endmacro %}

{# dbt compares a contract with a query by these columns. #}
{% macro trino__get_empty_schema_sql(columns) %}
    {% set known = {} %}
    {% for name, column in columns.items() %}
        {% do known.update({name: dict(column, data_type=column_type(column.data_type))}) %}
    {% endfor %}
    {{ return(default__get_empty_schema_sql(known)) }}
{% endmacro %}

{# dbt's unit tests make a table like the one of their model, and views are in a catalog that has no instants. #}
{% macro trino__make_temp_relation(base_relation, suffix) %}
    {{ return(base_relation.incorporate(path={'database': target.database, 'identifier': base_relation.identifier ~ suffix})) }}
{% endmacro %}

{# Trino writes nothing of its users' into a snapshot. A run that is killed in between has its work done again. #}
{% macro default__commit_with_state(table, statements, state) %}
    {% set before = current_snapshot(table) %}
    {% for sql in statements %}
        {%- call statement('main') -%} {{ sql }} {%- endcall -%}
    {% endfor %}
    {% do adapter.cache_added(table) if load_cached_relation(table) is none %}
    {% set after = current_snapshot(table) %}
    {% if after != before %}
        {% do run_statement('insert into ' ~ snapshot_states() ~ ' values (' ~ after ~ ', ' ~ text_literal(state) ~ ')') %}
    {% endif %}
    {{ return(after != before) }}
{% endmacro %}

{% macro default__metadata_table(relation, name) %}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '$' ~ name})) }}
{% endmacro %}
