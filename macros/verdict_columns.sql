{# What became of a raw row, from its `rejection` ('reason:field', or null), `delivery_number` (1 is the one to keep), `is_utf8` and
   `raw_text`: the columns verdict, rejection_reason, rejected_field and raw_text (only of rows that are not usable). #}
{% macro verdict_columns() -%}
    case
        when rejection is not null then 'quarantined'
        when delivery_number > 1 then 'duplicate'
        else 'kept'
    end as verdict,
    split_part(rejection, ':', 1) as rejection_reason,
    nullif(split_part(rejection, ':', 2), '') as rejected_field,
    case
        when not is_utf8 then {{ valid_utf8('raw_text') }}
        when rejection is not null then raw_text
    end as raw_text
{%- endmacro %}
