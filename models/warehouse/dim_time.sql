select * from {{ ref('time') }}
