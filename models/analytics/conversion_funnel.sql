with spans as (
    select * from {{ ref('user_level_history') }}
),

events as (
    select * from {{ ref('int_subscription_events') }}
),

free_users as (
    select
        user_id,
        min(valid_from) as free_at
    from spans
    where level = 'free'
    group by user_id
),

viewers as (
    select
        free_users.user_id,
        min(events.start_time) as viewed_at
    from free_users
    inner join events
        on
            free_users.user_id = events.user_id
            and free_users.free_at <= events.start_time
    where events.page = 'Upgrade'
    group by free_users.user_id
),

submitters as (
    select
        viewers.user_id,
        min(events.start_time) as submitted_at
    from viewers
    inner join events
        on
            viewers.user_id = events.user_id
            and viewers.viewed_at <= events.start_time
    where events.page = 'Submit Upgrade'
    group by viewers.user_id
),

subscribers as (
    select distinct submitters.user_id
    from submitters
    inner join spans
        on
            submitters.user_id = spans.user_id
            and submitters.submitted_at <= spans.valid_from
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
        count(*) as users
    from viewers
    union all
    select
        3 as step_number,
        'submitted the upgrade' as step,
        count(*) as users
    from submitters
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
