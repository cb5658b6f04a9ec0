{{ config(materialized='view') }}

with popularity as (
    select * from {{ ref('artist_popularity_weekly') }}
),

charted_artists as (
    select
        *,
        {{ days_between(
            'lag(week_start_date) over (partition by artist order by week_start_date)',
            'week_start_date'
        ) }} as days_since_last,
        lag(play_rank) over (partition by artist order by week_start_date) as previous_rank,
        min(play_rank) over (
            partition by artist
            order by week_start_date
            rows between unbounded preceding and current row
        ) as peak_position,
        cast(row_number() over (partition by artist order by week_start_date) as int) as weeks_on_chart
    from popularity
    where play_rank <= {{ var('chart_size') }}
),

chart as (
    select
        week_start_date,
        play_rank as chart_position,
        artist,
        artist_id,
        plays,
        listeners,
        case when days_since_last = 7 then previous_rank end as previous_position,
        case when days_since_last = 7 then previous_rank - play_rank end as position_change,
        peak_position,
        weeks_on_chart,
        days_since_last is null as is_new_entry,
        coalesce(days_since_last > 7, false) as is_re_entry
    from charted_artists
)

select * from chart
