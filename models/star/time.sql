{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'sorted_by': ['start_time']},
    **partitions(['months(start_time)'])
) }}
{%- set days = days_to_build('month') %}
{{ replace_days('start_time', days, is_instant=true) }}
with play_times as (
    select distinct
        start_time,
        event_date
    from {{ ref('int_log_events') }}
    where is_play and {{ in_days('event_date', days) }}
),

calendar_fields as (
    select
        start_time,
        {{ utc_hour('start_time') }} as hour,
        cast(extract(day from event_date) as int) as day,
        cast(extract(week from event_date) as int) as week,
        cast(extract(month from event_date) as int) as month,
        cast(extract(year from event_date) as int) as year,
        {{ iso_weekday('event_date') }} as weekday
    from play_times
)

select * from calendar_fields
