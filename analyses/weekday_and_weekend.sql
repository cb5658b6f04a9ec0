with songplays as (
    select * from {{ ref('songplays') }}
),

times as (
    select * from {{ ref('time') }}
),

labelled_plays as (
    select
        songplays.event_date,
        songplays.user_id,
        case when times.weekday >= 6 then 'weekend' else 'weekday' end as part_of_week
    from songplays
    inner join times on songplays.start_time = times.start_time
),

parts as (
    select
        part_of_week,
        count(distinct event_date) as days,
        count(*) as plays,
        count(distinct user_id) as listeners,
        cast(count(*) as double) / count(distinct event_date) as plays_per_day
    from labelled_plays
    group by part_of_week
    order by part_of_week asc
)

select * from parts
