select * from {{ ref('songs') }}
