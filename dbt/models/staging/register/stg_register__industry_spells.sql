select
    cast(s.delivery_id as string) as delivery_id,
    cast(s.participant_id as string) as participant_id,
    cast(s.industry_code as string) as industry_code,
    cast(s.first_month as integer) as first_month,
    cast(s.last_month as integer) as last_month,
    d.precedence
from {{ source('register', 'register_industry_spells') }} as s
inner join {{ ref('stg_ledger__deliveries') }} as d on s.delivery_id = d.delivery_id and d.verdict = 'read'
