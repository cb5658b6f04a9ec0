{{ config(materialized='incremental', **partitions(['event_month'])) }}
{%- set days = days_to_build(partition_by_month) %}

with events as (
    select * from {{ ref('int_log_events') }}
    where user_id is not null and {{ is_on('event_date', days) }}
),

pages as (
    select * from {{ ref('pages') }}
),

subscription_events as (
    select
        events.event_id,
        events.event_at,
        events.user_id,
        events.page,
        {{ first_of_month('events.event_date') }} as event_month
    from events
    inner join pages on events.page = pages.page
    where pages.page_kind = 'subscription'
)

select * from subscription_events
