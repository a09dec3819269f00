{{ config(severity='warn') }}
with totals as (
    select r.relation_id, r.rest, sum(r.coefficient * c.cell_value) as total
    from {{ ref('int_open_relations') }} as r
    inner join {{ ref('int_open_cells') }} as c on r.cell_id = c.cell_id
    group by r.relation_id, r.rest
)

select relation_id, rest, total
from totals
where
    (rest = 'none' and total <> 0)
    or (rest in ('free', 'protected') and total > 0)
    or (rest = 'overlap' and total < 0)
