{# A number lies between `min` and `max`, both included; nulls pass, not-a-number does not. #}
{% test in_range(model, column_name, min, max) %}
select {{ column_name }}
from {{ model }}
where not {{ column_name }} between {{ min }} and {{ max }}
{% endtest %}
