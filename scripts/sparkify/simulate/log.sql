-- The log of the day that begins at `since` (epoch milliseconds), in the fields and the order of the real ones.
select
    songs.artist,
    if(is_logged_out, 'Logged Out', 'Logged In') as auth,
    if(is_logged_out, null, listeners.first_name) as "firstName",
    if(is_logged_out, null, listeners.gender) as gender,
    events.item as "itemInSession",
    if(is_logged_out, null, listeners.last_name) as "lastName",
    songs.duration as length,
    if(events.is_paid, 'paid', 'free') as level,
    if(is_logged_out, null, listeners.location) as location,
    if(is_redirect or events.page = 'NextSong', 'PUT', 'GET') as method,
    events.page,
    if(is_logged_out, null, listeners.registration) as registration,
    events.session_id as "sessionId",
    songs.title as song,
    case when is_redirect then 307 when events.page = 'Error' then 404 else 200 end as status,
    events.ts,
    if(is_logged_out, null, listeners.user_agent) as "userAgent",
    if(is_logged_out, '', listeners.user_id::varchar) as "userId"
from (
    select *, page in ('Login', 'Logout', 'Save Settings', 'Submit Upgrade', 'Submit Downgrade') as is_redirect
    from events
    where ts >= getvariable('since') and ts < getvariable('since') + 86400000
) as events
left join listeners on events.listener = listeners.listener
left join songs on events.song = songs.song
order by events.ts, events.session_id, events.item
