{# Whether epoch milliseconds lie in the window of possible times: from `earliest` (for events the var `earliest_event`) up to, not
   including, the var `latest_event`, both UTC dates. Fixed bounds, not today's date: the same rows must get the same verdict
   tomorrow. #}
{% macro is_possible_time(milliseconds, earliest) -%}
    ({{ milliseconds }} >= {{ epoch_ms(earliest) }} and {{ milliseconds }} < {{ epoch_ms(var('latest_event')) }})
{%- endmacro %}

{# Epoch milliseconds of a UTC date given as YYYY-MM-DD. #}
{% macro epoch_ms(date_text) -%}
    {%- set days = modules.datetime.date.fromisoformat(date_text | string) - modules.datetime.date(1970, 1, 1) -%}
    {{ days.days * 86400000 }}
{%- endmacro %}
