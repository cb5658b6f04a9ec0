{# No two rows share the values of `columns` (a list of names). #}
{% test unique_together(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as number_of_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
