{# Whether epoch milliseconds lie in the window of possible event times, from the var `earliest_event` up to `latest_event`
   (UTC dates, the end not included). Fixed bounds, not today's date: the same rows must get the same verdict tomorrow. #}
{% macro is_event_time(milliseconds) -%}
    ({{ milliseconds }} >= {{ epoch_ms(var('earliest_event')) }} and {{ milliseconds }} < {{ epoch_ms(var('latest_event')) }})
{%- endmacro %}

{# Epoch milliseconds of a UTC date given as YYYY-MM-DD. #}
{% macro epoch_ms(date_text) -%}
    {%- set days = modules.datetime.date.fromisoformat(date_text | string) - modules.datetime.date(1970, 1, 1) -%}
    {{ days.days * 86400000 }}
{%- endmacro %}
