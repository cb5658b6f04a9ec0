{# Whether a model must be built in full: it is new, or a full refresh was asked for, or its code, its contract or the vars are not
   those of the last build, or an input other than the `followed` ones is newer than it. (Of the followed ones it builds by itself
   what has changed.) A change of a macro is not seen: that needs --full-refresh, as in any dbt project.
   Trino and Athena keep no versions to tell it by: there each run builds everything. #}
{% macro must_rebuild(followed=[]) %}
    {{ return(adapter.dispatch('must_rebuild', 'sparkify')(followed)) }}
{% endmacro %}

{% macro default__must_rebuild(followed) %}
    {{ return(true) }}
{% endmacro %}

{% macro spark__must_rebuild(followed) %}
    {% if not execute or flags.WHICH not in ['run', 'build', 'seed'] or model.resource_type == 'unit_test' %}
        {{ return(true) }}
    {% endif %}
    {% set existing = load_cached_relation(this) %}
    {% if existing is none or not existing.is_table or should_full_refresh() %}
        {{ return(true) }}
    {% endif %}
    {% if table_property(this, 'sparkify.fingerprint') != fingerprint(model) %}
        {{ return(true) }}
    {% endif %}
    {% set published = published_runs() %}
    {% if this.identifier not in published %}
        {{ return(true) }}
    {% endif %}
    {% for input in stored_inputs(model) if input not in followed and input in published %}
        {% if published[input][-1] > published[this.identifier][-1] %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{# The tables that a model is made of, whether it reads them itself or through views. #}
{% macro stored_inputs(node) %}
    {% set inputs = [] %}
    {% for id in node.depends_on.nodes if id in graph.nodes %}
        {% set input = graph.nodes[id] %}
        {% if input.config.materialized in ['view', 'ephemeral'] %}
            {% do inputs.extend(stored_inputs(input)) %}
        {% else %}
            {% do inputs.append(input.alias) %}
        {% endif %}
    {% endfor %}
    {{ return(inputs | unique | list) }}
{% endmacro %}

{# What a model's rows follow from besides its inputs. #}
{% macro fingerprint(node) -%}
    {%- set parts = [node.get('raw_code'), partition_columns_of(node), node.get('checksum', {}).get('checksum')] -%}
    {%- for name, column in node.columns.items() -%}
        {%- do parts.append(name ~ ' ' ~ column.get('data_type')) -%}
    {%- endfor -%}
    {%- for name in ['earliest_event', 'latest_event', 'song_match_tolerance_seconds'] -%}
        {%- do parts.append(var(name)) -%}
    {%- endfor -%}
    {%- for name in vars_of_marts() if name in node.get('raw_code', '') -%}
        {%- do parts.append(name ~ ' ' ~ var(name)) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}

{% macro set_fingerprint(node, published) %}
    {% if table_property(published, 'sparkify.fingerprint') != fingerprint(node) %}
        {% do run_statement(
            'alter table ' ~ published ~ " set tblproperties ('sparkify.fingerprint' = '" ~ fingerprint(node) ~ "')"
        ) %}
    {% endif %}
{% endmacro %}

{# Vars that only the models which name them follow from. #}
{% macro vars_of_marts() %}
    {{ return([
        'valid_play_seconds', 'session_gap_minutes', 'chart_size', 'recommendations', 'recommendation_history_songs',
        'recommendation_neighbours', 'recommendation_min_co_listeners', 'recommendation_shrinkage',
    ]) }}
{% endmacro %}
