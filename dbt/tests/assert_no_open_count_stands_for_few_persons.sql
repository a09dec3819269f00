{%- for name, table in open_tables().items() if table.get('open') != 'nobody' %}
{%- for column in table.counts %}
select '{{ name }}.{{ column }}' as open_column, count(*) as row_count
from {{ ref('open_' ~ name) }}
where {{ column }} between 1 and {{ env_var('NEDSLAG_DISCLOSURE_THRESHOLD', '5') }} - 1
having count(*) > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}
