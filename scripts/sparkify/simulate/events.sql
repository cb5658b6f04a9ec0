-- Users, songs, sessions and their events, from the settings alone, which are variables. Chance is a hash of what it is for and of a
-- number, so no result depends on threads or on the order of rows.

create macro chance(purpose, number) as
    (hash(hash(purpose, number::bigint, getvariable('seed')::bigint)) >> 11) / 9007199254740992.0;
create macro pick(choices, share) as choices[1 + floor(share * len(choices))::int];
create macro words(text) as regexp_split_to_array(text, '\s+');
-- A value between eleven deciles.
create macro spread(share, deciles) as
    deciles[1 + floor(share * 10)::int]
    + (deciles[2 + floor(share * 10)::int] - deciles[1 + floor(share * 10)::int]) * (share * 10 - floor(share * 10));
create macro letters(number, size) as
    list_reduce(list_transform(range(size), i -> chr((65 + (hash(number, getvariable('seed')) >> (5 * i)::int) % 26)::int)), (a, b) -> a || b);
create macro digits(number, size) as
    right(printf('%016X', (number * 506832829 + getvariable('seed')) % 1099511627776), size);

create macro adjective(number) as pick(words('Amber Broken Crimson Distant Electric Fading Golden Hollow Idle Jagged Kind Last Midnight Neon Open
 Paper Quiet Restless Silent Tender Unwritten Velvet Wandering Young Börnéd Señor'), chance('adjective', number));
create macro noun(number) as pick(words('Anchor Bridge Candle Door Echo Feather Garden Harvest Island Jungle Kite Lantern Mirror Night Ocean
 Parade Question River Shadow Train Umbrella Valley Window Year Zephyr Café Straße Corazón 星'), chance('noun', number));
create macro first_name(number, gender) as
    pick(words('Al Bri Cor Da El Fen Gwi Hal Io Jas Kel Lo Mi Nor Ori Per Quin Ro Syl Tam Ul Vel Wen Yar Zo'), chance('first', number))
    || pick(words(case gender when 'F' then 'ena issa ora wyn ia elle' else 'an rick on vin mer os' end), chance('name', number));
create macro last_name(number) as
    pick(words('Ash Bram Cald Dun Ever Fair Gren Holl Ing Kest Lang Marl Nett Oak Pell Rav Sel Thorn Under Vance Whit Yel'), chance('last', number))
    || pick(words('brook combe dale ford gate ham ley mere sen ton well wick'), chance('end', number));
create macro city(number) as
    pick(words('Alder Birch Cedar Dover Elm Falcon Granite Harbor Iron Juniper Kings Laurel Maple North Orchard Pine River Silver'), chance('city', number))
    || pick([' City', ' Falls', ' Springs', 'burg', 'field', 'ford', 'haven', 'port', 'ton', 'ville', ' Grove'], chance('town', number));
create macro us_state(number) as pick(words('CA TX NY FL IL PA OH GA NC MI WA AZ CO OR AL SC WI NH LA TN'), chance('state', number));
create macro metro(number) as case
    when chance('metro', number) < 0.5 then city(number) || ', ' || us_state(number)
    when chance('metro', number) < 0.8 then city(number) || '-' || city(-number - 1) || ', ' || us_state(number)
    else city(number) || '-' || city(-number - 1) || ', ' || pick(words('NY-NJ-PA IL-IN-WI PA-NJ-DE-MD DC-VA-MD-WV MA-NH OR-WA'), chance('metros', number))
end;
-- Free text in several styles, not always tidy.
create macro place(number) as case
    when chance('place', number) < 0.5 then city(number) || ', ' || us_state(number)
    when chance('place', number) < 0.75
        then city(number) || ', ' || pick(['England', 'Norrland', 'Ontario, Canada', 'México', 'Minas Gerais', 'Jamaica'], chance('land', number))
    when chance('place', number) < 0.92 then city(number)
    else pick([' ' || city(number), city(number) || ' ', city(number) || chr(9) || 'Germany', city(number) || ' &amp; Jamaica', city(number) || ' ' || chr(65533)],
        chance('untidy', number))
end;
create macro artist_name(number) as case
    when chance('artist', number) < 0.3 then 'The ' || adjective(number) || ' ' || noun(number) || 's'
    when chance('artist', number) < 0.42 then first_name(number, 'F') || ' ' || last_name(number)
    when chance('artist', number) < 0.55 then first_name(number, 'M') || ' ' || last_name(number)
    when chance('artist', number) < 0.75 then adjective(number) || ' ' || noun(number)
    when chance('artist', number) < 0.88 then last_name(number) || ' & The ' || noun(number) || 's'
    when chance('artist', number) < 0.97 then noun(number) || ' ' || last_name(number)
    else adjective(number) || '/' || noun(number) || '/' || last_name(number)
end;
create macro title(number) as case
    when chance('title', number) < 0.35 then adjective(number) || ' ' || noun(number)
    when chance('title', number) < 0.6 then noun(number) || ' of the ' || adjective(number) || ' ' || noun(-number - 1)
    when chance('title', number) < 0.8 then 'Don''t ' || pick(words('Lose Follow Forget Mind'), chance('verb', number)) || ' the ' || noun(number)
    when chance('title', number) < 0.97 then city(number) || ' ' || noun(number) || ' No. ' || (1 + floor(chance('opus', number) * 40))::int
    else '"' || noun(number) || '" \ ' || adjective(number) || '; 100% ' || noun(-number - 1)
end || case when chance('version', number) < 0.2
    then ' ' || pick(['(Album Version)', '(Live)', '(Radio Edit)', '[Remastered]', '(Feat. The ' || noun(-number - 2) || 's)'], chance('which', number))
    else ''
end;
create macro duration(number) as
    round(spread(chance('duration', number), [40, 162, 188, 206, 220, 233, 250, 268, 293, 339, 600]), 5);

-- Songs with a file. As in the real catalogue, artists have several names or places, numbers are names, a title has several durations,
-- and a recording has two song_ids; by fixed steps, so that a small catalogue has all of it.
create table catalogue as
with songs as (
    select range as number, if(number > 0 and (number % 131 = 17 or number % 61 = 7), number - 1, number) as recording
    from range(getvariable('songs'))
),

by_artist as (
    select
        *,
        recording % 29 = 5 as is_variant,
        if(is_variant or chance('known', recording) < 0.1, floor(chance('artist of', recording) * recording), recording)::bigint as artist
    from songs
)

select
    number,
    'TR' || chr(65 + (number // (per_folder * 676) % 26)::int) || chr(65 + (number // (per_folder * 26) % 26)::int)
        || chr(65 + (number // per_folder % 26)::int) || letters(number, 2) || '1' || digits(number, 10) as track_id,
    1 as num_songs,
    'AR' || letters(-artist - 1, 5) || '1187' || digits(artist, 7) as artist_id,
    if(chance('located', artist) < 0.35, floor(chance('latitude', artist) * 9500000 - 3500000) / 100000, null) as artist_latitude,
    if(chance('located', artist) < 0.35, floor(chance('longitude', artist) * 26000000 - 12500000) / 100000, null) as artist_longitude,
    case
        when artist % 173 = 30 then (10 + artist % 90)::varchar
        when is_variant and chance('variant', recording) >= 0.7 then place(recording)
        when chance('located', artist) < 0.55 then place(artist)
        else ''
    end as artist_location,
    case
        when artist % 151 = 20 then (100 + artist % 900)::varchar
        when not is_variant then artist_name(artist)
        when chance('variant', recording) < 0.4 then artist_name(artist) || ' feat. ' || artist_name(recording)
        when chance('variant', recording) < 0.7 then artist_name(artist) || ' / ' || last_name(recording)
        else artist_name(artist)
    end as artist_name,
    'SO' || letters(number + 1000000000, 5) || '12A' || digits(number, 8) as song_id,
    title(recording) || if(recording % 97 = 11, ' ', '') as title,
    duration(if(number % 61 = 7, number, recording)) as duration,
    if(chance('dated', recording) < 0.3, 0, 2010 - floor(60 * chance('year', recording) * chance('decade', recording)))::int as year
from by_artist, (select greatest(23, ceil(getvariable('songs') / 17576)::bigint) as per_folder)
order by number;

create table listeners as
select
    range as listener,
    2 + row_number() over (order by chance('user', listener), listener) as user_id,
    if(chance('gender', listener) < 0.56, 'F', 'M') as gender,
    first_name(listener, gender) as first_name,
    last_name(listener) as last_name,
    metro(floor(90 * chance('home', listener) * chance('town', listener))) as location,
    floor(45 * chance('agent', listener) * chance('browser', listener)) as agent,
    31 + floor(chance('version', agent) * 8)::int as version,
    pick(
        ['Windows NT 6.1; WOW64', 'Windows NT 6.3; WOW64', 'Macintosh; Intel Mac OS X 10_9_4', 'X11; Linux x86_64', 'iPhone; CPU iPhone OS 7_1_2 like Mac OS X'],
        chance('system', agent)
    ) as system,
    case
        when chance('maker', agent) < 0.22
            then 'Mozilla/5.0 (' || system || '; rv:' || version || '.0) Gecko/20100101 Firefox/' || version || '.0'
        -- In a pair of quotes of their own, as in the real logs.
        when chance('maker', agent) < 0.6
            then '"Mozilla/5.0 (' || system || ') AppleWebKit/537.77 (KHTML, like Gecko) Version/7.0.4 Safari/537.' || version || '"'
        else '"Mozilla/5.0 (' || system || ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || version || '.0.1985 Safari/537.36"'
    end as user_agent,
    -- In the twelve days before the start. All real ones, and all times, end in the same three digits.
    (epoch(getvariable('start')) - 21600 - floor(chance('registered', listener) * 1036800)) * 1000 + 796 as registration
from range(getvariable('users'));

-- Which pages sessions have beside the plays, counted from the real logs; each has a share of the numbers below its total.
create table patterns as
select
    place,
    coalesce(level, '') as level,
    string_split(coalesce(pages, ''), '|').list_filter(page -> page != '') as pages,
    sum(weight) over (partition by place, level order by weight desc, pages)::int as until,
    until - weight as since,
    sum(weight) over (partition by place, level) as total
from read_csv(getvariable('patterns'), header = true, columns = {'place': 'varchar', 'level': 'varchar', 'weight': 'int', 'pages': 'varchar'});

-- One row a session, in the order of their times. A user who switches to the other level does so after the second play. Chance alone
-- would make a return rare, so the first two users have one.
create table sessions as
with drawn as (
    select
        range as session,
        if(chance('visit', session) < 0.03, null, floor(getvariable('users') * chance('who', session) * sqrt(chance('who', session))))::bigint as listener,
        row_number() over (partition by listener order by session) as turn,
        listener is not null and (
            chance('switch', session) < 0.025 or (listener = 0 and turn in (2, 3)) or (listener = 1 and turn in (3, 4))
        ) as is_switch
    from range(getvariable('events') // 3 + 100)
),

of_level as (
    select
        *,
        case
            when listener is null then chance('level', session) < 0.6
            else ((listener % 6 = 1)::int + count(*) filter (is_switch) over (partition by listener order by session) - is_switch::int) % 2 = 1
        end as is_paid,
        case
            when listener is null then 0
            when is_paid then spread(chance('plays', session), [0, 2, 5, 9, 14, 18.5, 27, 36.5, 48, 67, 118])
            else spread(chance('plays', session), [0, 0.6, 1.1, 1.3, 1.6, 1.8, 2, 2.6, 3.5, 5, 20])
        end as drawn_plays,
        greatest(floor(drawn_plays)::int, if(is_switch, 4, 0)) as plays,
        case when listener is null then 'visit' when plays > 0 then 'opening' else 'no play' end as place
    from drawn
)

select
    of_level.session,
    of_level.listener,
    of_level.is_switch,
    of_level.is_paid,
    of_level.plays,
    opening.pages as first_pages,
    if(of_level.plays > 0, ending.pages, []) as last_pages,
    len(first_pages) + of_level.plays + len(last_pages) as steps
from of_level
inner join patterns as opening
    on
        of_level.place = opening.place and opening.level = if(of_level.listener is null, '', if(of_level.is_paid, 'paid', 'free'))
        and floor(chance('opening', of_level.session) * opening.total) >= opening.since
        and floor(chance('opening', of_level.session) * opening.total) < opening.until
inner join patterns as ending
    on
        ending.place = 'ending' and ending.level = if(of_level.is_paid, 'paid', 'free')
        and floor(chance('ending', of_level.session) * ending.total) >= ending.since
        and floor(chance('ending', of_level.session) * ending.total) < ending.until
-- The first ones that have enough events, even without pages between plays.
qualify coalesce(sum(steps) over (order by of_level.session rows between unbounded preceding and 1 preceding), 0) < getvariable('events')
order by of_level.session;

-- Plays, and the pages before the first and after the last one. A share of the songs is of the catalogue, the others of a long tail without
-- files; few of both are hits.
create table steps as
with numbered as (
    select *, unnest(range(steps)) as step from sessions
)

select
    session,
    step,
    list_concat(first_pages, list_transform(range(plays), i -> 'NextSong'), last_pages)[step + 1] as page,
    step - len(first_pages) + 1 as play,
    session * 1000 + step as number,
    case
        when page != 'NextSong' then null
        when chance('listed', number) < getvariable('catalogue') and getvariable('songs') > 0
            then floor((0.9 * chance('song', number) + 0.1) * chance('song', number) * getvariable('songs'))
        else getvariable('songs') + floor(
            chance('song', number) * chance('song', number) * if(chance('hit', number) < 0.25, 1500, 200000)
        )
    end::bigint as song
from numbered;

-- Hits are not the songs of the first folders.
create table songs as
select row_number() over (order by chance('rank', number), number) - 1 as song, artist_name as artist, title, duration from catalogue
union all
select
    song,
    if(chance('feeble', artist_number) < 0.3, encoded_again(artist_name(artist_number)), artist_name(artist_number)) as artist,
    case
        when chance('odd', song) < 0.025 then encoded_again(title(song))
        when chance('odd', song) < 0.035 then replace(title(song), '''', chr(25))
        when chance('odd', song) < 0.037 then title(song) || ' '
        else title(song)
    end as title,
    duration(song) as duration
from (
    select distinct song, 1000000 + floor(6000 * chance('of', song) * chance('by', song))::bigint as artist_number
    from steps
    where song >= getvariable('songs')
);

-- One row an event: the steps, and pages between two plays. From one play to the next the whole seconds of the song pass.
create table session_events as
with timed as (
    select
        steps.*,
        sessions.* exclude (session, steps, first_pages, last_pages),
        floor(songs.duration)::int as seconds,
        case
            when steps.step = 0 then 0
            when steps.page = 'NextSong' and steps.play > 1 then lag(seconds) over (partition by steps.session order by steps.step)
            when steps.page in ('~Login', 'Logout', 'Save Settings') then 1
            else 1 + floor(spread(chance('wait', steps.number), [0, 8, 20, 35, 55, 80, 130, 180, 300, 500, 1500]))::int
        end as since_last
    from steps
    inner join sessions on steps.session = sessions.session
    left join songs on steps.song = songs.song
),

placed as (
    select
        *,
        sum(since_last) over (partition by session order by step) as after,
        page = 'NextSong' and play < plays and if(is_switch and play = 2, true, chance('chain', number) < if(is_paid, 0.043, 0.055)) as has_chain
    from timed
),

between_plays as (
    select
        placed.* exclude (page, song),
        if(
            placed.is_switch and placed.play = 2,
            if(placed.is_paid, ['Downgrade', 'Submit Downgrade', 'Home'], ['Upgrade', 'Submit Upgrade', 'Home']),
            patterns.pages
        ) as pages
    from placed
    inner join patterns
        on
            patterns.place = 'chain' and patterns.level = if(placed.is_paid, 'paid', 'free')
            and floor(chance('pages', placed.number) * patterns.total) >= patterns.since
            and floor(chance('pages', placed.number) * patterns.total) < patterns.until
    where placed.has_chain
),

events as (
    select session, step, 0 as part, page, song, after, seconds, play, is_switch, is_paid, listener from placed
    union all
    select
        session, step, unnest(range(1, len(pages) + 1)) as part, pages[part] as page, null as song,
        after + seconds * part // (len(pages) + 1) as after, 0 as seconds, play, is_switch, is_paid, listener
    from between_plays
)

select
    session,
    listener,
    row_number() over (partition by session order by step, part) - 1 as item,
    ltrim(page, '~') as page,
    starts_with(page, '~') as is_logged_out,
    song,
    after,
    after + coalesce(seconds, 0) as until,
    is_paid != (is_switch and (play > 2 or (play = 2 and part >= 3))) as is_paid
from events
qualify row_number() over (order by session, step, part) <= getvariable('events');

-- When sessions begin: spread over hours that are as busy as the real ones, and over days of chance. A user has one session at a time,
-- so some begin earlier than drawn.
create table events as
with hours as (
    select
        range as hour,
        sum(
            [139, 116, 89, 114, 165, 198, 194, 194, 268, 350, 375, 315, 310, 436, 505, 597, 510, 515, 360, 332, 250, 176, 161, 132][hour % 24 + 1]
            * [253, 268, 341, 210, 259, 157, 99][isodow(getvariable('start') + (hour // 24)::int)]
            * floor(500 + 1000 * chance('day', hour // 24))
        ) over (order by hour) as until
    from range(getvariable('days') * 24)
),

lengths as (
    select session, any_value(listener) as listener, max(until) + 240 as seconds from session_events group by session
),

drawn as (
    select
        *,
        (row_number() over (order by session) - 1 + chance('moment', session)) / count(*) over () as share,
        sum(1 + (chance('gap', session) < 0.15)::int) over (order by session) as session_id
    from lengths
),

begun as (
    select
        drawn.*,
        least(hours.hour * 3600 + floor(chance('second', session) * 3600), getvariable('days') * 86400 - seconds) as wanted,
        sum(seconds) over users - seconds as before
    from drawn
    asof join hours on drawn.share * (select max(until) from hours) < hours.until
    window users as (partition by coalesce(listener, -1 - session) order by session)
),

placed as (
    select
        session,
        session_id,
        before + min(wanted - before) over (
            partition by coalesce(listener, -1 - session) order by session rows between current row and unbounded following
        ) as begins
    from begun
)

select
    (epoch(getvariable('start'))::bigint + greatest(placed.begins, 0)::bigint + session_events.after) * 1000 + 796 as ts,
    placed.session_id,
    session_events.* exclude (session, after, until)
from session_events
inner join placed on session_events.session = placed.session
order by ts, session_id, item;
