-- Which pull counts for a person: rank 1 is the newest that contains them.
-- Keys only; used by the accounts of every file and by the consented path.
select
    p.participant_id,
    p.delivery_id,
    row_number() over (
        partition by p.participant_id order by d.extract_date desc, d.file_name desc, d.delivery_id desc
    ) as newest_first
from {{ ref('stg_register__persons') }} as p
inner join {{ ref('stg_ledger__deliveries') }} as d on p.delivery_id = d.delivery_id
where d.verdict = 'read'
