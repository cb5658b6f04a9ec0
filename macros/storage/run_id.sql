{# Id of this run, a part of the name of every version that it writes. The time comes first, so that ids sort by age. #}
{% macro run_id() -%}
    {%- set milliseconds = '%03d' % (run_started_at.microsecond // 1000) -%}
    {{ return(run_started_at.strftime('%Y%m%dt%H%M%S') ~ milliseconds ~ '_' ~ invocation_id.replace('-', '')[:8]) }}
{%- endmacro %}
