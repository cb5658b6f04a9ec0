{{ config(materialized='view') }}

with sessions as (
    select
        *,
        cast(round(duration_minutes * 60000) as bigint) as duration_ms
    from {{ ref('sessions') }}
    where user_id is not null
),

inactivity_sessions as (
    select
        *,
        cast(round(duration_minutes * 60000) as bigint) as duration_ms
    from {{ ref('inactivity_sessions') }}
),

totals as (
    select
        'log' as definition,
        count(*) as sessions,
        count_if(plays > 0) as sessions_with_plays,
        count_if(inactivity_sessions > 1) as sessions_in_several_of_the_other,
        coalesce(sum(plays), 0) as plays,
        coalesce(sum(duration_ms), 0) as duration_ms,
        coalesce(max(duration_ms), 0) as longest_ms
    from sessions
    union all
    select
        'inactivity' as definition,
        count(*) as sessions,
        count_if(plays > 0) as sessions_with_plays,
        count_if(log_sessions > 1) as sessions_in_several_of_the_other,
        coalesce(sum(plays), 0) as plays,
        coalesce(sum(duration_ms), 0) as duration_ms,
        coalesce(max(duration_ms), 0) as longest_ms
    from inactivity_sessions
),

comparison as (
    select
        definition,
        sessions,
        sessions_with_plays,
        sessions_in_several_of_the_other,
        cast(plays as double) / nullif(sessions, 0) as average_plays,
        cast(duration_ms as double) / nullif(sessions * 60000, 0) as average_minutes,
        cast(longest_ms as double) / 60000 as longest_minutes
    from totals
)

select * from comparison
