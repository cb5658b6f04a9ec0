{# rows in = plays + other pages + songs + quarantined + duplicates + erased, each counted where it ends. #}
select *
from {{ ref('row_accounting') }}
where raw_rows <> plays + other_page_events + songs + quarantined_rows + duplicate_rows + erased_rows
