{# Whether epoch milliseconds lie between `earliest` (for events the var `earliest_event`), included, and the var `latest_event`, excluded;
   both are UTC dates. The bounds are fixed, so that a row is judged the same way tomorrow. #}
{% macro is_possible_time(milliseconds, earliest) -%}
    ({{ milliseconds }} >= {{ epoch_ms(earliest) }} and {{ milliseconds }} < {{ epoch_ms(var('latest_event')) }})
{%- endmacro %}

{# Epoch milliseconds of a UTC date given as YYYY-MM-DD. #}
{% macro epoch_ms(date_text) -%}
    {%- set days = modules.datetime.date.fromisoformat(date_text | string) - modules.datetime.date(1970, 1, 1) -%}
    {{ days.days * 86400000 }}
{%- endmacro %}
