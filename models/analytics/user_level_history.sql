with day_levels as (
    select * from {{ ref('int_user_day_levels') }}
),

levels_in_time as (
    select
        user_id,
        start_time,
        level,
        lag(level) over (partition by user_id order by start_time) as previous_level
    from day_levels
),

level_changes as (
    select
        user_id,
        level,
        start_time as valid_from,
        lead(start_time) over (partition by user_id order by start_time) as valid_to
    from levels_in_time
    where previous_level is null or previous_level <> level
),

spans as (
    select
        user_id,
        level,
        valid_from,
        valid_to,
        valid_to is null as is_current
    from level_changes
)

select * from spans
