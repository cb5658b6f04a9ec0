{# Each definition of a session puts every play into exactly one. #}
with totals as (
    select
        (select count(*) from {{ ref('songplays') }}) as plays,
        (select coalesce(sum(plays), 0) from {{ ref('sessions') }}) as plays_in_sessions,
        (select coalesce(sum(plays), 0) from {{ ref('inactivity_sessions') }}) as plays_in_inactivity_sessions,
        (select coalesce(sum(plays), 0) from {{ ref('daily_activity') }}) as plays_on_days
),

wrong_totals as (
    select * from totals
    where plays <> plays_in_sessions or plays <> plays_in_inactivity_sessions or plays <> plays_on_days
)

select * from wrong_totals
