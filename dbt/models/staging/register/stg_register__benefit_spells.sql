select
    cast(s.delivery_id as string) as delivery_id,
    cast(s.participant_id as string) as participant_id,
    cast(s.benefit_code as string) as benefit_code,
    cast(s.first_week as integer) as first_week,
    cast(s.last_week as integer) as last_week,
    d.precedence
from {{ source('register', 'register_benefit_spells') }} as s
inner join {{ ref('stg_ledger__deliveries') }} as d on s.delivery_id = d.delivery_id and d.verdict = 'read'
