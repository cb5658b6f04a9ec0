select
    start_time,
    hour,
    day,
    week,
    month,
    year,
    weekday
from {{ ref('time') }}
