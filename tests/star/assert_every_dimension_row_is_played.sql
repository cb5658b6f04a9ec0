{# Users and times are those of plays and no others: no logged-out or silent user, no time of another page. #}
select cast(users.user_id as {{ dbt.type_string() }}) as dimension_key
from {{ ref('users') }} as users
left join {{ ref('songplays') }} as songplays on users.user_id = songplays.user_id
where songplays.user_id is null
union all
select cast(times.start_time as {{ dbt.type_string() }}) as dimension_key
from {{ ref('time') }} as times
left join {{ ref('songplays') }} as songplays on times.start_time = songplays.start_time
where songplays.start_time is null
