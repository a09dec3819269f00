with expected as (
    select e.enrolment_id, h.horizon_months
    from {{ ref('enrolments') }} as e
    cross join {{ ref('horizons') }} as h
    where e.in_register
)

select count(*) as rows_missing_or_surplus
from expected as e
full outer join {{ ref('status_at_horizon') }} as s
    on e.enrolment_id = s.enrolment_id and e.horizon_months = s.horizon_months
where e.enrolment_id is null or s.enrolment_id is null
having count(*) > 0
