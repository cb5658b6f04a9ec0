{# What writes a plan on Trino and Athena. Their tables have no NOT NULL, which goes when a table is replaced, and no order of rows. #}

{% macro default__write_statements(table, sql, plan, existing) %}
    {%- set columns = model.columns.keys() | join(', ') -%}
    {%- set query = 'select ' ~ columns ~ ' from (' ~ sql ~ '\n)' -%}
    {%- if plan.write in ['table', 'rows'] -%}
        {% do get_assert_columns_equivalent(sql) if config.get('contract').enforced %}
        {{ return(write_whole_table(table, sql, query, plan, existing)) }}
    {%- elif plan.write == 'append' -%}
        {{ return(['insert into ' ~ table ~ ' (' ~ columns ~ ') ' ~ query]) }}
    {%- endif -%}
    {%- set days = [] -%}
    {%- for range in plan.ranges -%}
        {%- do days.append("sequence(date '" ~ range.first ~ "', date '" ~ range.after ~ "' - interval '1' day)") -%}
    {%- endfor -%}
    {{ return([merge_of_rows(
        table, sql, 'date', 'unnest(flatten(array[' ~ days | join(', ') ~ '])) as marks (mark)',
        'cast(' ~ plan.column ~ ' as date) = mark and ' ~ plan.where
    )]) }}
{% endmacro %}

{# One commit that replaces rows. The source has a row for each mark, which matches the rows that go, and each new row, which matches none. #}
{% macro merge_of_rows(table, sql, type, marks, condition) %}
    {%- set names = model.columns.keys() -%}
    merge into {{ table }}
    using (
        select cast(null as {{ type }}) as mark {%- for name in names -%} , {{ name }} as new_{{ name }} {%- endfor %} from ({{ sql }}
        )
        union all
        select mark {%- for name in names -%} , null {%- endfor %} from {{ marks }}
    )
    on {{ condition }}
    when matched then delete
    when not matched and mark is null then insert ({{ names | join(', ') }}) values (new_{{ names | join(', new_') }})
{% endmacro %}

{% macro write_whole_table(table, sql, query, plan, existing) %}
    {{ return(adapter.dispatch('write_whole_table', 'sparkify')(table, sql, query, plan, existing)) }}
{% endmacro %}

{% macro default__write_whole_table(table, sql, query, plan, existing) %}
    {{ return([
        'create or replace table ' ~ table ~ ' comment ' ~ text_literal(column_comment(model.description)) ~ ' ' ~ properties() ~ ' as ' ~ query
    ]) }}
{% endmacro %}

{% macro default__publish_comments(table, written) %}
    {% do persist_docs(table, model, for_relation=false) if written in ['table', 'rows'] %}
{% endmacro %}

{# dbt compares the contract with these columns of the query. #}
{% macro trino__get_empty_schema_sql(columns) %}
    {% set known = {} %}
    {% for name, column in columns.items() %}
        {% do known.update({name: dict(column, data_type=column_type(column.data_type))}) %}
    {% endfor %}
    {{ return(default__get_empty_schema_sql(known)) }}
{% endmacro %}

{# dbt's unit tests create a table with the columns of the model, and the catalog of views has no timestamps with time zone. #}
{% macro trino__make_temp_relation(base_relation, suffix) %}
    {{ return(base_relation.incorporate(path={'database': target.database, 'identifier': base_relation.identifier ~ suffix})) }}
{% endmacro %}

{# Neither writes anything of its users' into a snapshot. A run that is killed in between has its work done again. A table in the list takes
   the place of this one. #}
{% macro default__commit_with_state(table, statements, state) %}
    {% set before = current_snapshot(table) %}
    {% for sql in statements %}
        {% if sql is string %}
            {%- call statement('main') -%} {{ sql }} {%- endcall -%}
        {% else %}
            {% do adapter.swap_table(sql, table) %}
            {% do adapter.delete_from_glue_catalog(sql) %}
        {% endif %}
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
