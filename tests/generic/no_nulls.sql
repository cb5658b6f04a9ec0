{# No row lacks a value in one of `columns` (a list of names): one query for all of them. #}
{% test no_nulls(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ has_null(columns) }}
{% endtest %}
