with spans as (
    select * from {{ ref('user_level_history') }}
),

spans_in_turn as (
    select
        {{ first_of_week(utc_date('valid_from')) }} as week_start_date,
        level,
        lag(level) over (partition by user_id order by valid_from) as previous_level
    from spans
),

movements as (
    select
        week_start_date,
        count_if(level = 'free' and previous_level is null) as new_free_users,
        count_if(level = 'paid' and previous_level is null) as new_paid_users,
        count_if(level = 'paid' and previous_level = 'free') as upgrades,
        count_if(level = 'free' and previous_level = 'paid') as downgrades
    from spans_in_turn
    group by week_start_date
),

bounds as (
    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from {{ ref('int_activity_segments') }}
    where plays > 0
),

calendar as (
    {{ calendar_days('bounds', 'first_date', 'last_date') }}
),

weeks as (
    select distinct {{ first_of_week('day') }} as week_start_date from calendar
),

weekly_movements as (
    select
        weeks.week_start_date,
        coalesce(movements.new_free_users, 0) as new_free_users,
        coalesce(movements.new_paid_users, 0) as new_paid_users,
        coalesce(movements.upgrades, 0) as upgrades,
        coalesce(movements.downgrades, 0) as downgrades
    from weeks
    left join movements on weeks.week_start_date = movements.week_start_date
),

balances as (
    select
        *,
        sum(new_free_users + downgrades - upgrades) over (order by week_start_date) as free_users_at_end,
        sum(new_paid_users + upgrades - downgrades) over (order by week_start_date) as paid_users_at_end
    from weekly_movements
),

openings as (
    select
        *,
        free_users_at_end - new_free_users - downgrades + upgrades as free_users_at_start,
        paid_users_at_end - new_paid_users - upgrades + downgrades as paid_users_at_start
    from balances
),

rates as (
    select
        week_start_date,
        free_users_at_start,
        paid_users_at_start,
        new_free_users,
        new_paid_users,
        upgrades,
        downgrades,
        free_users_at_end,
        paid_users_at_end,
        cast(upgrades as double) / nullif(free_users_at_start + new_free_users, 0) as conversion_rate,
        cast(downgrades as double) / nullif(paid_users_at_start + new_paid_users, 0) as churn_rate
    from openings
)

select * from rates
