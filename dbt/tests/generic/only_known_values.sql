{% test only_known_values(model, values) %}
{% for column, known in values.items() %}
select '{{ column }}' as column_name, count(*) as row_count
from {{ model }}
where {{ column }} not in ({% for value in known %}'{{ value }}'{{ ', ' if not loop.last }}{% endfor %})
having count(*) > 0
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
