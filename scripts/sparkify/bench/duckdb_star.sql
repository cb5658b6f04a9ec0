-- The star by DuckDB from the same raw files, as somebody would write it who has one machine and clean data: no quarantine, no
-- increments, no publication. {raw} and {out} are put in by the caller.
create table events as
select distinct on (userId, sessionId, itemInSession, ts) *
from read_json(
    '{raw}/log_data/**/*.json', format = 'newline_delimited', columns = {{
        artist: 'varchar', auth: 'varchar', firstName: 'varchar', gender: 'varchar', itemInSession: 'bigint', lastName: 'varchar',
        length: 'double', level: 'varchar', location: 'varchar', method: 'varchar', page: 'varchar', registration: 'double',
        sessionId: 'bigint', song: 'varchar', status: 'bigint', ts: 'bigint', userAgent: 'varchar', userId: 'varchar'
    }}, ignore_errors = true
);

create table song_rows as
select *
from read_json(
    '{raw}/song_data/**/*.json', format = 'newline_delimited', columns = {{
        artist_id: 'varchar', artist_latitude: 'double', artist_longitude: 'double', artist_location: 'varchar',
        artist_name: 'varchar', song_id: 'varchar', title: 'varchar', duration: 'double', year: 'int'
    }}, ignore_errors = true
);

create table plays as
select *, epoch_ms(ts) as start_time, try_cast(userId as bigint) as user_id
from events
where page = 'NextSong' and try_cast(userId as bigint) is not null;

create table songs as
select distinct on (song_id) song_id, title, artist_id, nullif(year, 0) as year, duration from song_rows;

create table songplays as
select
    md5(concat_ws('|', user_id, sessionId, itemInSession, ts)) as songplay_id, start_time, user_id, level, song_id,
    matching.artist_id, sessionId as session_id, plays.location, userAgent as user_agent, cast(start_time as date) as event_date
from plays
left join (
    select distinct on (title, artist_name, duration) * from song_rows
) as matching on plays.song = title and plays.artist = artist_name and plays.length = matching.duration;

copy songs to '{out}/songs.parquet' (format parquet, compression zstd);
copy (
    select distinct on (artist_id) artist_id, artist_name, artist_location, artist_latitude, artist_longitude from song_rows
) to '{out}/artists.parquet' (format parquet, compression zstd);
copy (
    select distinct on (user_id) user_id, firstName, lastName, gender, level from plays order by user_id, ts desc
) to '{out}/users.parquet' (format parquet, compression zstd);
copy (
    select distinct
        start_time, hour(start_time) as hour, day(start_time) as day, week(start_time) as week, month(start_time) as month,
        year(start_time) as year, isodow(start_time) as weekday
    from plays
) to '{out}/time.parquet' (format parquet, compression zstd);
copy (select * from songplays order by event_date, start_time)
    to '{out}/songplays' (format parquet, compression zstd, partition_by (event_date));
