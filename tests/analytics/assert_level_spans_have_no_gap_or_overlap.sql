{# The end of a user's span is the start of the next one, and only the last is open. #}
with spans as (
    select
        *,
        lead(valid_from) over (partition by user_id order by valid_from) as next_valid_from
    from {{ ref('user_level_history') }}
),

wrong_spans as (
    select * from spans
    where
        valid_to is distinct from next_valid_from
        or is_current <> (next_valid_from is null)
)

select * from wrong_spans
