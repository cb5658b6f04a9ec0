with active_weeks as (
    select distinct
        user_id,
        {{ first_of_week('event_date') }} as week_start_date
    from {{ ref('int_activity_segments') }}
    where plays > 0
),

users as (
    select
        user_id,
        min(week_start_date) as cohort_date
    from active_weeks
    group by user_id
),

cohorts as (
    select
        cohort_date,
        count(*) as cohort_users
    from users
    group by cohort_date
),

last_week as (
    select max(week_start_date) as last_date from active_weeks
),

calendar as (
    {{ calendar_days('last_week cross join cohorts', 'cohorts.cohort_date', 'last_week.last_date') }}
),

weeks as (
    select distinct day as week_start_date from calendar
    where day = {{ first_of_week('day') }}
),

retained as (
    select
        users.cohort_date,
        active_weeks.week_start_date,
        count(*) as retained_users
    from active_weeks
    inner join users on active_weeks.user_id = users.user_id
    group by users.cohort_date, active_weeks.week_start_date
),

retention as (
    select
        cohorts.cohort_date,
        cast({{ days_between('cohorts.cohort_date', 'weeks.week_start_date') }} / 7 as int) as weeks_since,
        cohorts.cohort_users,
        coalesce(retained.retained_users, 0) as retained_users,
        cast(coalesce(retained.retained_users, 0) as double) / cohorts.cohort_users as retention_rate
    from cohorts
    inner join weeks on cohorts.cohort_date <= weeks.week_start_date
    left join retained
        on
            cohorts.cohort_date = retained.cohort_date
            and weeks.week_start_date = retained.week_start_date
)

select * from retention
