{{ config(tags=['accounting']) }}

select
    d.source,
    r.project_code,
    cast(sum(r.row_count) as bigint) as rows
from {{ ref('int_delivery_rows') }} as r
inner join {{ ref('stg_ledger__deliveries') }} as d on r.delivery_id = d.delivery_id and d.verdict = 'read'
where r.row_fate = 'unmatched'
group by d.source, r.project_code
