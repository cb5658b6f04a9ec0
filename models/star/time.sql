{{ config(materialized='incremental', meta={'sorted_by': ['start_time']}, **partitions(['month', 'year', 'weekday'])) }}
{%- set days = days_to_build(partition_by_weekday_of_month) %}

with play_times as (
    select distinct
        event_at as start_time,
        event_date
    from {{ ref('int_log_events') }}
    where is_play and {{ is_on('event_date', days) }}
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
