{{ config(severity='warn', enabled=target.type == 'spark') }}

select
    source_file,
    reason
from {{ ref('raw_files') }}
where reason is not null
