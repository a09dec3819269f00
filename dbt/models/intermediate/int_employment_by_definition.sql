-- One definition changed at a time: is the participation in the percentages at the horizon, and in employment?
with participations as (
    select r.enrolment_id, r.project_code
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('int_enrolments_in_register') }} as r on c.enrolment_number = r.enrolment_number
),

as_defined as (
    select
        h.enrolment_id,
        h.project_code,
        h.horizon_months,
        h.status,
        coalesce(b.benefit_family = 'FLEKS', false) as in_flex_job
    from {{ ref('status_at_horizon') }} as h
    inner join participations as p on h.enrolment_id = p.enrolment_id
    left join {{ ref('benefit_codes') }} as b on h.benefit_code = b.benefit_code
),

variants as (
    select enrolment_id, project_code, horizon_months, 'as_defined' as variant, status
    from as_defined
    union all
    select enrolment_id, project_code, horizon_months, 'flex_jobs_in', case when in_flex_job then 'employment' else status end
    from as_defined
    union all
    select enrolment_id, project_code, horizon_months, 'flex_jobs_out', case when not in_flex_job then status end
    from as_defined
    union all
    select enrolment_id, project_code, offset_number, asked_for, status
    from {{ ref('int_weekly_statuses') }}
    where asked_for in ('anchor_end', 'monday_month')
),

single as (
    select
        v.enrolment_id,
        v.project_code,
        v.horizon_months,
        v.variant,
        coalesce(t.in_percentages, false) as in_percentages,
        coalesce(v.status = 'employment', false) as employed
    from variants as v
    left join {{ ref('statuses') }} as t on v.status = t.status
)

select enrolment_id, project_code, horizon_months, variant, in_percentages, employed
from single
union all
select
    w.enrolment_id,
    w.project_code,
    w.offset_number as horizon_months,
    'four_weeks' as variant,
    bool_and(coalesce(t.in_percentages, false)) as in_percentages,
    bool_and(coalesce(w.status = 'employment', false)) as employed
from {{ ref('int_weekly_statuses') }} as w
left join {{ ref('statuses') }} as t on w.status = t.status
where w.asked_for = 'four_weeks'
group by w.enrolment_id, w.project_code, w.offset_number
