with day_levels as (
    select * from {{ ref('int_user_day_levels') }}
    where is_newest_of_day
),

ranked_days as (
    select
        *,
        row_number() over (partition by user_id order by event_date desc) as recency
    from day_levels
),

newest_plays as (
    select
        user_id,
        first_name,
        last_name,
        gender,
        level
    from ranked_days
    where recency = 1
)

select * from newest_plays
