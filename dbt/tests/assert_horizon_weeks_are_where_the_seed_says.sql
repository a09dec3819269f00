select h.enrolment_id, h.horizon_months, h.horizon_date
from {{ ref('status_at_horizon') }} as h
inner join {{ ref('enrolments') }} as e on h.enrolment_id = e.enrolment_id
inner join {{ ref('horizons') }} as m on h.horizon_months = m.horizon_months
where {{ running_week('h.horizon_date') }} - {{ running_week('e.start_date') }} not between m.earliest_week and m.latest_week
