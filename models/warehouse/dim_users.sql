select
    user_id,
    first_name,
    last_name,
    gender,
    level
from {{ ref('users') }}
