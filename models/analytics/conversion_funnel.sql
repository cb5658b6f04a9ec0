with spans as (
    select * from {{ ref('user_level_history') }}
),

events as (
    select * from {{ ref('int_log_events') }}
    where page in ('Upgrade', 'Submit Upgrade')
),

free_users as (
    select
        user_id,
        min(valid_from) as free_at
    from spans
    where level = 'free'
    group by user_id
),

visits as (
    select
        events.user_id,
        events.page,
        events.start_time,
        min(case when events.page = 'Upgrade' then events.start_time end) over (
            partition by events.user_id
        ) as viewed_at
    from free_users
    inner join events
        on
            free_users.user_id = events.user_id
            and free_users.free_at <= events.start_time
),

journeys as (
    select
        user_id,
        viewed_at,
        min(case when page = 'Submit Upgrade' and viewed_at <= start_time then start_time end) as submitted_at
    from visits
    group by user_id, viewed_at
),

subscribers as (
    select distinct journeys.user_id
    from journeys
    inner join spans
        on
            journeys.user_id = spans.user_id
            and journeys.submitted_at <= spans.valid_from
    where spans.level = 'paid'
),

steps as (
    select
        1 as step_number,
        'listened on the free level' as step,
        count(*) as users
    from free_users
    union all
    select
        2 as step_number,
        'saw the page Upgrade' as step,
        count(viewed_at) as users
    from journeys
    union all
    select
        3 as step_number,
        'submitted the upgrade' as step,
        count(submitted_at) as users
    from journeys
    union all
    select
        4 as step_number,
        'listened on the paid level' as step,
        count(*) as users
    from subscribers
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
