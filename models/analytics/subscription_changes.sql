with spans as (
    select * from {{ ref('user_level_history') }}
),

events as (
    select * from {{ ref('int_log_events') }}
    where page in ('Upgrade', 'Submit Upgrade', 'Downgrade', 'Submit Downgrade')
),

user_days as (
    select distinct
        user_id,
        event_date
    from {{ ref('int_activity_segments') }}
    where plays > 0
),

spans_in_turn as (
    select
        user_id,
        valid_from as changed_at,
        level as to_level,
        lag(level) over (partition by user_id order by valid_from) as from_level,
        lag(valid_from) over (partition by user_id order by valid_from) as previous_change_at
    from spans
),

changes as (
    select
        *,
        {{ utc_date('changed_at') }} as changed_date,
        {{ utc_date('previous_change_at') }} as previous_change_date,
        case when to_level = 'paid' then 'upgrade' else 'downgrade' end as change_type,
        case when to_level = 'paid' then 'Upgrade' else 'Downgrade' end as view_page,
        case when to_level = 'paid' then 'Submit Upgrade' else 'Submit Downgrade' end as submit_page
    from spans_in_turn
    where from_level is not null
),

steps as (
    select
        changes.user_id,
        changes.changed_at,
        count_if(events.page = changes.view_page) as page_views,
        min(case when events.page = changes.view_page then events.start_time end) as first_viewed_at,
        max(case when events.page = changes.submit_page then events.start_time end) as submitted_at
    from changes
    inner join events
        on
            changes.user_id = events.user_id
            and changes.previous_change_at <= events.start_time
            and changes.changed_at >= events.start_time
    group by changes.user_id, changes.changed_at
),

listening_days as (
    select
        changes.user_id,
        changes.changed_at,
        count(*) as listening_days
    from changes
    inner join user_days
        on
            changes.user_id = user_days.user_id
            and changes.previous_change_date <= user_days.event_date
            and changes.changed_date > user_days.event_date
    group by changes.user_id, changes.changed_at
),

changes_with_steps as (
    select
        changes.user_id,
        changes.changed_at,
        changes.change_type,
        changes.from_level,
        changes.to_level,
        changes.previous_change_at,
        {{ days_between('changes.previous_change_date', 'changes.changed_date') }} as days_on_previous_level,
        coalesce(listening_days.listening_days, 0) as listening_days_before,
        coalesce(steps.page_views, 0) as page_views,
        steps.first_viewed_at,
        steps.submitted_at
    from changes
    left join steps
        on
            changes.user_id = steps.user_id
            and changes.changed_at = steps.changed_at
    left join listening_days
        on
            changes.user_id = listening_days.user_id
            and changes.changed_at = listening_days.changed_at
)

select * from changes_with_steps
