select * from {{ ref('artists') }}
