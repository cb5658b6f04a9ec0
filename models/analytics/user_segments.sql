{%- set window = var('segment_window_days') %}
with user_days as (
    select
        user_id,
        event_date,
        sum(plays) as plays,
        sum(listened_ms) as listened_ms,
        sum(upgrade_views) as upgrade_views,
        sum(downgrade_views) as downgrade_views,
        max(location) as location,
        max(user_agent) as user_agent
    from {{ ref('int_activity_segments') }}
    where user_id is not null
    group by user_id, event_date
),

users as (
    select * from {{ ref('users') }}
),

states as (
    select * from {{ ref('us_states') }}
),

as_of as (
    select max(event_date) as as_of_date from user_days
    where plays > 0
),

dated_days as (
    select
        user_days.*,
        as_of.as_of_date,
        {{ days_between('user_days.event_date', 'as_of.as_of_date') }} as days_ago,
        row_number() over (partition by user_days.user_id order by user_days.event_date desc) as recency
    from user_days
    cross join as_of
),

habits as (
    select
        user_id,
        max(as_of_date) as as_of_date,
        max(case when recency = 1 then location end) as location,
        max(case when recency = 1 then user_agent end) as user_agent,
        min(case when plays > 0 then event_date end) as first_play_date,
        max(case when plays > 0 then event_date end) as last_play_date,
        min(case when plays > 0 then days_ago end) as days_since_last_play,
        max(case when plays > 0 then days_ago end) as days_since_first_play,
        count_if(plays > 0 and days_ago < {{ window }}) as listening_days,
        count_if(plays > 0 and 2 * days_ago < {{ window }}) as listening_days_of_late,
        coalesce(sum(case when days_ago < {{ window }} then plays end), 0) as plays,
        coalesce(sum(case when days_ago < {{ window }} then listened_ms end), 0) as listened_ms,
        coalesce(sum(case when days_ago < {{ window }} then upgrade_views end), 0) as upgrade_views,
        coalesce(sum(case when days_ago < {{ window }} then downgrade_views end), 0) as downgrade_views
    from dated_days
    group by user_id
),

points as (
    select
        *,
        case when upgrade_views > 0 then 1 else 0 end
        + case when listening_days >= {{ var('segment_regular_days') }} then 1 else 0 end
        + case when listened_ms >= {{ var('segment_upgrade_hours') }} * 3600000 then 1 else 0 end
        + case when days_since_last_play < {{ var('segment_idle_days') }} then 1 else 0 end as upgrade_points,
        case when days_since_last_play >= {{ var('segment_idle_days') }} then 1 else 0 end
        + case when listening_days_of_late * 2 < listening_days - listening_days_of_late then 1 else 0 end
        + case when downgrade_views > 0 then 1 else 0 end as leave_points
    from habits
),

segments as (
    select
        users.user_id,
        points.as_of_date,
        case
            when points.days_since_first_play < {{ var('segment_new_days') }} then 'new'
            when points.days_since_last_play >= {{ window }} then 'lapsed'
            when points.days_since_last_play >= {{ var('segment_dormant_days') }} then 'dormant'
            when points.listening_days >= {{ var('segment_devoted_days') }} then 'devoted'
            when points.listening_days >= {{ var('segment_regular_days') }} then 'regular'
            else 'casual'
        end as segment,
        users.level,
        users.gender,
        states.state_code,
        states.division,
        states.region,
        -- Of a user agent the first mark counts, as most bear the marks of others too.
        case
            when points.user_agent like '%iPad%' then 'tablet'
            when points.user_agent like '%Mobile%' or points.user_agent like '%iPhone%' then 'phone'
            when points.user_agent like '%Android%' then 'tablet'
            when points.user_agent is not null then 'computer'
        end as device,
        case
            when points.user_agent like '%Windows%' then 'Windows'
            when points.user_agent like '%iPhone%' or points.user_agent like '%iPad%' then 'iOS'
            when points.user_agent like '%Android%' then 'Android'
            when points.user_agent like '%Mac OS X%' then 'macOS'
            when points.user_agent like '%CrOS%' then 'ChromeOS'
            when points.user_agent like '%Linux%' then 'Linux'
            when points.user_agent is not null then 'other'
        end as operating_system,
        case
            when points.user_agent like '%Edg/%' or points.user_agent like '%Edge/%' then 'Edge'
            when points.user_agent like '%OPR/%' or points.user_agent like '%Opera%' then 'Opera'
            when points.user_agent like '%MSIE %' or points.user_agent like '%Trident/%' then 'Internet Explorer'
            when points.user_agent like '%Firefox/%' or points.user_agent like '%FxiOS/%' then 'Firefox'
            when points.user_agent like '%Chromium/%' then 'Chromium'
            when points.user_agent like '%Chrome/%' or points.user_agent like '%CriOS/%' then 'Chrome'
            when points.user_agent like '%Safari/%' then 'Safari'
            when points.user_agent is not null then 'other'
        end as browser,
        points.first_play_date,
        points.last_play_date,
        points.days_since_last_play,
        points.listening_days,
        points.plays,
        cast(points.listened_ms as double) / 3600000 as listening_hours,
        points.upgrade_views,
        points.downgrade_views,
        case when users.level = 'free' then points.upgrade_points end as upgrade_points,
        coalesce(
            users.level = 'free' and points.upgrade_points >= {{ var('segment_upgrade_points') }}, false
        ) as is_likely_to_upgrade,
        case when points.days_since_last_play < {{ window }} then points.leave_points end as leave_points,
        points.days_since_last_play < {{ window }}
        and points.leave_points >= {{ var('segment_leave_points') }} as is_likely_to_leave
    from users
    inner join points on users.user_id = points.user_id
    left join states on {{ state_of_location('points.location') }} = states.state_code
)

select * from segments
