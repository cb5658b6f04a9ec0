{# Why a raw row can't be used, from its `rejection` ('reason:field', or null), `is_utf8` and `raw_text`: the columns
   rejection_reason, rejected_field and raw_text (only of rows that are not usable, and not of erased users). #}
{% macro rejection_columns() -%}
    split_part(rejection, ':', 1) as rejection_reason,
    nullif(split_part(rejection, ':', 2), '') as rejected_field,
    case
        when rejection = 'erased' then null
        when not is_utf8 then {{ valid_utf8('raw_text') }}
        when rejection is not null then raw_text
    end as raw_text
{%- endmacro %}
