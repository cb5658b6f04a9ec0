with songplays as (
    select * from {{ ref('songplays') }}
),

users as (
    select * from {{ ref('users') }}
),

listeners as (
    select
        users.user_id,
        users.level,
        count(*) as plays,
        count(distinct songplays.session_id) as sessions,
        min(songplays.event_date) as first_date,
        max(songplays.event_date) as last_date
    from songplays
    inner join users on songplays.user_id = users.user_id
    group by users.user_id, users.level
    order by plays desc, users.user_id asc
)

select * from listeners
