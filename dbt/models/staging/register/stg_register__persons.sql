select
    cast(p.delivery_id as string) as delivery_id,
    cast(p.row_number as integer) as row_number,
    cast(p.participant_id as string) as participant_id,
    cast(p.sex as string) as sex,
    cast(p.birth_date as date) as birth_date,
    cast(p.origin as string) as origin,
    d.precedence
from {{ source('register', 'register_persons') }} as p
inner join {{ ref('stg_ledger__deliveries') }} as d on p.delivery_id = d.delivery_id and d.verdict = 'read'
