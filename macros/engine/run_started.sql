{# When this run started, as a timestamp literal: the same for every row that the run writes. #}
{% macro run_started() -%}
    {{ return(adapter.dispatch('run_started', 'sparkify')()) }}
{%- endmacro %}

{% macro default__run_started() -%}
    timestamp '{{ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') }} UTC'
{%- endmacro %}

{% macro athena__run_started() -%}
    timestamp '{{ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') }}'
{%- endmacro %}
