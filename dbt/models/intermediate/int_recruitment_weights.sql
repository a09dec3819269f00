-- How many recruited each participation in the percentages stands for, per horizon: post-stratification on project and
-- recruitment method. The recruited of a stratum nobody of whom is in the percentages are spread over the rest of their project.
with recruited as (
    select project_code, coalesce(recruitment_method, 'unknown') as recruitment_method, count(*) as recruited
    from {{ ref('enrolments') }}
    group by project_code, coalesce(recruitment_method, 'unknown')
),

seen as (
    select
        h.enrolment_id,
        h.project_code,
        h.horizon_months,
        h.status,
        coalesce(e.recruitment_method, 'unknown') as recruitment_method
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('status_at_horizon') }} as h on c.enrolment_id = h.enrolment_id
    inner join {{ ref('enrolments') }} as e on h.enrolment_id = e.enrolment_id
    inner join {{ ref('statuses') }} as t on h.status = t.status and t.in_percentages
),

strata as (
    select s.project_code, s.recruitment_method, s.horizon_months, r.recruited, count(*) as seen
    from seen as s
    inner join recruited as r on s.project_code = r.project_code and s.recruitment_method = r.recruitment_method
    group by s.project_code, s.recruitment_method, s.horizon_months, r.recruited
),

projects as (
    select project_code, sum(recruited) as recruited
    from recruited
    group by project_code
),

spread as (
    select
        s.*,
        cast(p.recruited as double) / sum(s.recruited) over (partition by s.project_code, s.horizon_months) as spread_factor
    from strata as s
    inner join projects as p on s.project_code = p.project_code
)

select
    s.enrolment_id,
    s.project_code,
    s.horizon_months,
    s.status,
    w.spread_factor * w.recruited / w.seen as weight
from seen as s
inner join spread as w
    on
        s.project_code = w.project_code
        and s.recruitment_method = w.recruitment_method
        and s.horizon_months = w.horizon_months
