with spans as (
    select * from {{ ref('user_level_history') }}
),

events as (
    select * from {{ ref('int_log_events') }}
    where page in ('Upgrade', 'Submit Upgrade')
),

users as (
    select
        user_id,
        min(case when level = 'free' then valid_from end) as free_at,
        max(case when level = 'paid' then valid_from end) as last_paid_at
    from spans
    group by user_id
),

visits as (
    select
        users.user_id,
        users.last_paid_at,
        events.page,
        events.start_time,
        min(case when events.page = 'Upgrade' then events.start_time end) over (
            partition by users.user_id
        ) as viewed_at
    from users
    left join events
        on
            users.user_id = events.user_id
            and users.free_at <= events.start_time
    where users.free_at is not null
),

journeys as (
    select
        user_id,
        last_paid_at,
        viewed_at,
        min(case when page = 'Submit Upgrade' and viewed_at <= start_time then start_time end) as submitted_at
    from visits
    group by user_id, last_paid_at, viewed_at
),

totals as (
    select
        count(*) as free_users,
        count(viewed_at) as viewers,
        count(submitted_at) as submitters,
        count_if(submitted_at <= last_paid_at) as subscribers
    from journeys
),

steps as (
    select
        names.step_number,
        names.step,
        case names.step_number
            when 1 then totals.free_users
            when 2 then totals.viewers
            when 3 then totals.submitters
            else totals.subscribers
        end as users
    from totals
    cross join (
        values
        (1, 'listened on the free level'),
        (2, 'saw the page Upgrade'),
        (3, 'submitted the upgrade'),
        (4, 'listened on the paid level')
    ) as names (step_number, step)
),

funnel as (
    select
        step_number,
        step,
        users,
        cast(users as double) / nullif(first_value(users) over (order by step_number), 0) as share_of_first,
        cast(users as double) / nullif(lag(users) over (order by step_number), 0) as share_of_previous
    from steps
)

select * from funnel
