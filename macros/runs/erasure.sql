{# Users whose rows must not be in the lake, as md5s of their ids. `sparkify erase` adds one. A full refresh leaves them out as well. #}
{% macro erased_users() %}
    {{ return(api.Relation.create(database=target.get('database'), schema=staging_schema(), identifier='erased_users')) }}
{% endmacro %}

{% macro create_erased_users() %}
    {% do create_missing_table(erased_users(), {'columns': {
        'user_hash': {'name': 'user_hash', 'data_type': 'string'}, 'erased_at': {'name': 'erased_at', 'data_type': 'timestamp'},
    }}) %}
{% endmacro %}

{% macro erased_user_hashes() %}
    {% set hashes = [] %}
    {% if execute and flags.INTROSPECT and model.resource_type != 'unit_test' and load_cached_relation(erased_users()) is not none %}
        {% for row in run_query('select distinct user_hash from ' ~ erased_users() ~ ' order by user_hash') %}
            {% do hashes.append(row[0]) %}
        {% endfor %}
    {% endif %}
    {{ return(hashes) }}
{% endmacro %}

{# Whether a log row belongs to an erased user, by its user id or by the text of a line that could not be parsed. #}
{% macro is_of_erased_user(hashes, user_id, raw_text) -%}
    {%- if hashes -%}
        coalesce({{ dbt.hash(user_id) }} in ({{ text_list(hashes) }}), false)
        or coalesce({{ dbt.hash(user_in_text(raw_text)) }} in ({{ text_list(hashes) }}), false)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{# Columns for a select, of which those with content are null in the rows of erased users. `hashes`: md5s of erased users; without any, the
   columns are unchanged. #}
{% macro without_erased_content(columns, content, hashes) -%}
    {%- for column in columns -%}
    {%- if hashes and column in content -%}
    case when rejection_reason is distinct from 'erased' then {{ column }} end as {{ column }}
    {%- else -%}
    {{ column }}
    {%- endif -%}
    {{ ',\n' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Statements that set columns to null in stored rows of users who were erased since the last build; [] if there are none. `columns`: those
   that become null. #}
{% macro erase_stored_rows(hashes, columns) %}
    {% if not hashes or state_of(this).erased == local_md5(hashes | join(' ')) %}
        {{ return([]) }}
    {% endif %}
    {% set nulls = [] %}
    {% for column in columns %}
        {% do nulls.append(column ~ ' = nullif(' ~ column ~ ', ' ~ column ~ ')') %}
    {% endfor %}
    {{ return([
        'update ' ~ this ~ ' set ' ~ nulls | join(', ') ~ ", rejection_reason = 'erased', is_play = false, is_usable = false, event_date = "
        ~ utc_date('loaded_at') ~ ' where ' ~ is_of_erased_user(hashes, 'user_id', 'raw_text')
    ]) }}
{% endmacro %}

{# `sparkify erase` runs this: dbt run-operation erase_user --args '{user_hash: …}' #}
{% macro erase_user(user_hash) %}
    {% do check_lake_is_here() %}
    {% do run_statement(
        'insert into ' ~ erased_users() ~ ' select ' ~ text_literal(user_hash) ~ ', ' ~ run_started() ~ ' where not exists (select 1 from '
        ~ erased_users() ~ ' where user_hash = ' ~ text_literal(user_hash) ~ ')'
    ) %}
{% endmacro %}
