{{ config(materialized='incremental', incremental_strategy='replace_days', **partitions(['months(start_time)'])) }}
{%- set days = days_to_build('month') %}
{{ replace_days('start_time', days, is_instant=true) }}
with events as (
    select * from {{ ref('int_log_events') }}
    where user_id is not null and {{ in_days('event_date', days) }}
),

pages as (
    select * from {{ ref('pages') }}
),

subscription_events as (
    select
        events.event_id,
        events.start_time,
        events.user_id,
        events.page
    from events
    inner join pages on events.page = pages.page
    where pages.page_kind = 'subscription'
)

select * from subscription_events
