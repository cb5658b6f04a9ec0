{# CTE `session_segments`: each segment of int_activity_segments with the start of its inactivity session in epoch milliseconds. It needs a
   CTE `segments`. #}
{% macro session_segments() -%}
segments_in_turn as (
    select
        *,
        max(end_ms) over (
            partition by user_id, case when user_id is null then session_id end
            order by start_ms, event_date, segment_number
            rows between unbounded preceding and 1 preceding
        ) as active_until_ms
    from segments
),

session_segments as (
    select
        *,
        max(
            case
                when active_until_ms is null or start_ms - active_until_ms >= {{ var('session_gap_minutes') }} * 60000
                    then start_ms
            end
        ) over (
            partition by user_id, case when user_id is null then session_id end
            order by start_ms, event_date, segment_number
            rows between unbounded preceding and current row
        ) as inactivity_session_start_ms
    from segments_in_turn
)
{%- endmacro %}
