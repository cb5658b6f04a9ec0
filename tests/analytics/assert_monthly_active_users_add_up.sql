{# Who is active in a month is who was the day before, and who came, less who lapsed. #}
with active_users as (
    select
        *,
        lag(monthly_active_users, 1, 0) over (order by event_date) as users_before
    from {{ ref('active_users_daily') }}
),

wrong_days as (
    select * from active_users
    where
        monthly_active_users <> users_before + new_users + resurrected_users - lapsed_users
        or daily_active_users <> new_users + returning_users + resurrected_users
        or daily_active_users > weekly_active_users
        or weekly_active_users > monthly_active_users
)

select * from wrong_days
