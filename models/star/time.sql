{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'distribution': 'none', 'sorted_by': ['start_time']},
    **partitions(['months(start_time)'])
) }}
{%- set days = days_to_build('month') %}
{{ replace_days('start_time', days, is_instant=true) }}
with plays as (
    select
        start_time,
        event_date,
        cast(extract(month from event_date) as int) as month,
        cast(extract(year from event_date) as int) as year
    from {{ ref('int_log_events') }}
    where is_play and {{ in_days('event_date', days) }}
),

-- One shuffle serves the comparison of times and the files of the months.
plays_by_month as (
    select /*+ repartition(year, month) */ * from plays
),

play_times as (
    select distinct
        start_time,
        event_date,
        month,
        year
    from plays_by_month
),

calendar_fields as (
    select
        start_time,
        {{ utc_hour('start_time') }} as hour,
        cast(extract(day from event_date) as int) as day,
        cast(extract(week from event_date) as int) as week,
        month,
        year,
        {{ iso_weekday('event_date') }} as weekday
    from play_times
)

select * from calendar_fields
