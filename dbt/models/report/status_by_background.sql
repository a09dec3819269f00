-- The programme is its projects together.
with programme as (
    select
        dimension,
        category,
        horizon_months,
        status,
        sort_order,
        sum(n) as n,
        sum(denominator) as denominator
    from {{ ref('status_by_background_project') }}
    group by dimension, category, horizon_months, status, sort_order
)

select
    dimension,
    category,
    horizon_months,
    status,
    {{ share_columns(
        'n', 'denominator', population('status_share') | replace('in the register', 'in the register with the background')
    ) }},
    sort_order
from programme
