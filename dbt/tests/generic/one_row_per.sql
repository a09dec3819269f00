{% test one_row_per(model, key) %}
select count(*) as rows_of_one_key
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1
union all
select count(*) as rows_without_key
from {{ model }}
where {% for column in key %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}
having count(*) > 0
{% endtest %}
