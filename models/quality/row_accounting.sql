with log_rows as (
    select
        'log_data' as source_name,
        count(*) as raw_rows,
        count_if(verdict = 'kept') as kept_rows,
        count_if(verdict = 'quarantined') as quarantined_rows,
        count_if(verdict = 'duplicate') as duplicate_rows
    from {{ ref('int_log_rows') }}
),

song_rows as (
    select
        'song_data' as source_name,
        count(*) as raw_rows,
        count_if(verdict = 'kept') as kept_rows,
        count_if(verdict = 'quarantined') as quarantined_rows,
        count_if(verdict = 'duplicate') as duplicate_rows
    from {{ ref('int_song_rows') }}
),

accounts as (
    select * from log_rows
    union all
    select * from song_rows
)

select * from accounts
