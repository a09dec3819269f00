{{ config(tags=['accounting']) }}

select
    d.source,
    r.project_code,
    cast(sum(r.row_count) as bigint) as rows,
    'The person has no participation there in the monitoring deliveries in force; '
    || 'the row counts as soon as monitoring knows the person. / '
    || 'Personen har ingen deltagelse dér i de gældende leverancer fra monitorering; '
    || 'rækken tæller med, så snart monitorering kender personen.' as reason
from {{ ref('stg_ledger__delivery_rows') }} as r
inner join {{ ref('stg_ledger__deliveries') }} as d on r.delivery_id = d.delivery_id and d.verdict = 'read'
where r.row_fate = 'unmatched'
group by d.source, r.project_code
