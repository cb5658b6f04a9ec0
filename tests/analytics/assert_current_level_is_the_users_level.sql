{# The open span of the history and the users table name the same level. #}
select
    users.user_id,
    users.level,
    user_level_history.level as current_level
from {{ ref('users') }} as users
left join {{ ref('user_level_history') }} as user_level_history
    on users.user_id = user_level_history.user_id and user_level_history.is_current
where user_level_history.level is null or users.level <> user_level_history.level
