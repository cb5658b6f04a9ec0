with songplays as (
    select * from {{ ref('songplays') }}
),

times as (
    select * from {{ ref('time') }}
),

hours as (
    select
        times.hour,
        songplays.level,
        count(*) as plays,
        count(distinct songplays.user_id) as listeners
    from songplays
    inner join times on songplays.start_time = times.start_time
    group by times.hour, songplays.level
    order by times.hour asc, songplays.level asc
)

select * from hours
