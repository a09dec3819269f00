with in_register as (
    select s.project_code, sum(case when e.in_register then 1 else 0 end) as n
    from {{ ref('int_report_scopes') }} as s
    inner join {{ ref('enrolments') }} as e on s.member_project_code = e.project_code
    group by s.project_code
),

sums as (
    select project_code, dimension as part, sum(n) as n
    from {{ ref('participant_profile') }}
    group by project_code, dimension
    union all
    select project_code, 'horizon ' || horizon_months as part, sum(n) as n
    from {{ ref('status_by_horizon') }}
    group by project_code, horizon_months
    union all
    select 'ALL' as project_code, dimension || ' at ' || horizon_months as part, sum(n) as n
    from {{ ref('status_by_background') }}
    group by dimension, horizon_months
)

select s.project_code, s.part
from sums as s
left join in_register as r on s.project_code = r.project_code
where s.n <> coalesce(r.n, 0)
