{# Events on a page that the seed `pages` does not know are kept, as events that are no plays; add the page to the
   seed. #}
{{ config(severity='warn') }}

select
    events.page,
    count(*) as number_of_events
from {{ ref('int_log_events') }} as events
left join {{ ref('pages') }} as pages on events.page = pages.page
where pages.page is null
group by events.page
