{# A number lies between `min` and `max`, both included; nulls pass, not-a-number does not. #}
{% test in_range(model, column_name, min, max) %}
select {{ column_name }}
from {{ model }}
where {{ is_out_of_range(column_name, min, max) }}
{% endtest %}
