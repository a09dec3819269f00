{% test parents_exist(model, links) %}
{% for link in links %}
select '{{ link.column }}' as orphaned, count(*) as row_count
from {{ model }} as child
left join (select distinct {{ link.field or link.column }} as parent_key from {{ link.to }}) as parent
    on child.{{ link.column }} = parent.parent_key
where child.{{ link.column }} is not null and parent.parent_key is null
having count(*) > 0
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
