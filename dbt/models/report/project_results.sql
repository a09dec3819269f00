select
    r.project_code,
    r.indicator,
    r.target,
    r.result as own_result,
    r.unit,
    r.recorded_date,
    r.result_source,
    s.n as register_n,
    s.denominator as register_denominator,
    s.pct as register_pct,
    s.pct_low as register_pct_low,
    s.pct_high as register_pct_high,
    s.small_n as register_small_n,
    r.result >= r.target as reaches_target,
    r.delivery_id
from {{ ref('int_results_in_force') }} as r
left join {{ ref('status_by_horizon') }} as s
    on r.project_code = s.project_code and s.horizon_months = 12 and s.status = 'employment'
