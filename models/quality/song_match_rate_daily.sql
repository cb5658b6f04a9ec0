{{ config(materialized='incremental') }}
{%- set days = changed_days(['songplays']) %}

with songplays as (
    select * from {{ ref('songplays') }}
    where {{ is_on('event_date', days) }}
),

daily_matches as (
    select
        event_date,
        count(*) as plays,
        count(song_id) as matched_plays,
        cast(count(song_id) as double) / count(*) as match_rate
    from songplays
    group by event_date
    {%- if days is not none %}
    union all
    select
        event_date,
        plays,
        matched_plays,
        match_rate
    from {{ this }}
    where not {{ is_on('event_date', days) }}
    {%- endif %}
)

select * from daily_matches
