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
    r.delivery_id
from {{ ref('int_results_in_force') }} as r
left join {{ ref('status_by_horizon') }} as s
    on r.project_code = s.project_code and s.horizon_months = 12 and s.status = 'employment'
