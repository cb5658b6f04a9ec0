with active_days as (
    select distinct
        user_id,
        event_date
    from {{ ref('int_activity_segments') }}
    where plays > 0
),

days_in_turn as (
    select
        user_id,
        event_date,
        lag(event_date) over (partition by user_id order by event_date) as previous_date,
        lead(event_date) over (partition by user_id order by event_date) as next_date
    from active_days
),

measured_days as (
    select
        event_date,
        {{ days_between('previous_date', 'event_date') }} as days_since,
        {{ days_between('event_date', 'next_date') }} as days_until
    from days_in_turn
),

arrivals as (
    select
        event_date as day,
        count(*) as active_users,
        count_if(days_since is null) as new_users,
        count_if(days_since <= 30) as returning_users,
        count_if(days_since > 30) as resurrected_users,
        count_if(days_since is null or days_since > 7) as weekly_arrivals
    from measured_days
    group by event_date
),

weekly_departures as (
    select
        event_date + interval '7' day as day,
        count(*) as departures
    from measured_days
    where days_until is null or days_until > 7
    group by event_date
),

monthly_departures as (
    select
        event_date + interval '30' day as day,
        count(*) as lapsed_users
    from measured_days
    where days_until is null or days_until > 30
    group by event_date
),

bounds as (
    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from active_days
),

spine as (
    {{ calendar_days('bounds', 'first_date', 'last_date') }}
),

daily_changes as (
    select
        spine.day,
        coalesce(arrivals.active_users, 0) as active_users,
        coalesce(arrivals.new_users, 0) as new_users,
        coalesce(arrivals.returning_users, 0) as returning_users,
        coalesce(arrivals.resurrected_users, 0) as resurrected_users,
        coalesce(monthly_departures.lapsed_users, 0) as lapsed_users,
        coalesce(arrivals.weekly_arrivals, 0) - coalesce(weekly_departures.departures, 0) as weekly_change
    from spine
    left join arrivals on spine.day = arrivals.day
    left join weekly_departures on spine.day = weekly_departures.day
    left join monthly_departures on spine.day = monthly_departures.day
),

active_users as (
    select
        day as event_date,
        active_users as daily_active_users,
        sum(weekly_change) over (order by day) as weekly_active_users,
        sum(new_users + resurrected_users - lapsed_users) over (order by day) as monthly_active_users,
        new_users,
        returning_users,
        resurrected_users,
        lapsed_users
    from daily_changes
)

select * from active_users
