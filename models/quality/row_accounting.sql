with log_rows as (
    select * from {{ ref('int_log_rows') }}
),

song_rows as (
    select * from {{ ref('int_song_rows') }}
),

repeated_events as (
    select * from {{ ref('int_repeated_events') }}
),

-- Each kind of row is counted where it ends, so that the sum proves something.
log_deliveries as (
    select
        count(*) as raw_rows,
        count_if(log_rows.rejection_reason <> 'erased') as quarantined_rows,
        count(case when log_rows.is_usable then repeated_events.session_id end) as repeated_rows,
        count_if(log_rows.rejection_reason = 'erased') as erased_rows
    from log_rows
    left join repeated_events
        on
            log_rows.session_id = repeated_events.session_id
            and log_rows.item_in_session = repeated_events.item_in_session
),

repeats as (
    select count(*) as repeated_events from repeated_events
),

plays as (
    select count(*) as plays from {{ ref('songplays') }}
),

other_page_events as (
    select count(*) as other_page_events from {{ ref('int_log_events') }}
    where not is_play
),

songs as (
    select count(*) as songs from {{ ref('songs') }}
),

song_deliveries as (
    select
        count(*) as raw_rows,
        count_if(not is_usable) as quarantined_rows,
        count_if(is_usable) - count(distinct case when is_usable then song_id end) as duplicate_rows
    from song_rows
),

accounts as (
    select
        'log_data' as source_name,
        log_deliveries.raw_rows,
        plays.plays,
        other_page_events.other_page_events,
        cast(0 as bigint) as songs,
        log_deliveries.quarantined_rows,
        log_deliveries.repeated_rows - repeats.repeated_events as duplicate_rows,
        log_deliveries.erased_rows
    from log_deliveries
    cross join repeats
    cross join plays
    cross join other_page_events
    union all
    select
        'song_data' as source_name,
        song_deliveries.raw_rows,
        cast(0 as bigint) as plays,
        cast(0 as bigint) as other_page_events,
        songs.songs,
        song_deliveries.quarantined_rows,
        song_deliveries.duplicate_rows,
        cast(0 as bigint) as erased_rows
    from song_deliveries
    cross join songs
)

select * from accounts
