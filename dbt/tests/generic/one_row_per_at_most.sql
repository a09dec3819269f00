{% test one_row_per_at_most(model, key) %}
select count(*) as rows_of_one_key
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1
{% endtest %}
