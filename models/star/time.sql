with play_times as (
    select distinct
        event_at as start_time,
        event_date
    from {{ ref('int_log_events') }}
    where is_play
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
