with log_files as (
    select * from {{ ref('int_log_files') }}
),

song_rows as (
    select verdict from {{ ref('int_song_rows') }}
),

plays as (
    select count(*) as plays from {{ ref('songplays') }}
),

other_page_events as (
    select coalesce(sum(number_of_rows), 0) as other_page_events from log_files
    where verdict = 'kept' and not is_play
),

songs as (
    select count(*) as songs from {{ ref('songs') }}
),

quarantined_log_rows as (
    select count(*) as quarantined_rows from {{ ref('quarantined_log_data') }}
),

quarantined_song_rows as (
    select count(*) as quarantined_rows from {{ ref('quarantined_songs_data') }}
),

log_deliveries as (
    select
        coalesce(sum(number_of_rows), 0) as raw_rows,
        coalesce(sum(number_of_rows) filter (where verdict = 'duplicate'), 0) as duplicate_rows,
        coalesce(sum(number_of_rows) filter (where verdict = 'erased'), 0) as erased_rows
    from log_files
),

song_deliveries as (
    select
        count(*) as raw_rows,
        count_if(verdict = 'duplicate') as duplicate_rows
    from song_rows
),

accounts as (
    select
        'log_data' as source_name,
        log_deliveries.raw_rows,
        plays.plays,
        other_page_events.other_page_events,
        cast(0 as bigint) as songs,
        quarantined_log_rows.quarantined_rows,
        log_deliveries.duplicate_rows,
        log_deliveries.erased_rows
    from log_deliveries
    cross join plays
    cross join other_page_events
    cross join quarantined_log_rows
    union all
    select
        'song_data' as source_name,
        song_deliveries.raw_rows,
        cast(0 as bigint) as plays,
        cast(0 as bigint) as other_page_events,
        songs.songs,
        quarantined_song_rows.quarantined_rows,
        song_deliveries.duplicate_rows,
        cast(0 as bigint) as erased_rows
    from song_deliveries
    cross join songs
    cross join quarantined_song_rows
)

select * from accounts
