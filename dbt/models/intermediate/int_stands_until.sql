-- The last day for which tonight's tables say the same, if nothing arrives: the day before a later one begins to count.
with days as (
    select {{ add_days('d.extract_date', -1) }} as last_day
    from {{ ref('stg_ledger__deliveries') }} as d
    where d.verdict = 'later'

    union all

    select {{ add_days('c.given_date', -1) }} as last_day
    from {{ ref('stg_consent__declarations') }} as c
    cross join {{ ref('stg_ledger__night') }} as n
    where c.given_date > n.as_of

    union all

    select {{ add_days('c.withdrawn_date', -1) }} as last_day
    from {{ ref('stg_consent__declarations') }} as c
    cross join {{ ref('stg_ledger__night') }} as n
    where c.withdrawn_date > n.as_of

    union all

    select a.stands_until as last_day
    from {{ ref('arrivals') }} as a
)

select min(last_day) as stands_until
from days
