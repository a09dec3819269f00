with planned as (
    select s.project_code, {{ measure('planned') }} as planned
    from {{ ref('int_report_scopes') }} as s
    inner join {{ ref('mart_projects') }} as p on s.member_project_code = p.project_code
    group by s.project_code
)

select
    b.project_code,
    cast(p.planned as bigint) as planned,
    b.recruited,
    {{ percentage_of('recruitment_attainment') }} as attainment
from {{ ref('data_basis') }} as b
left join planned as p on b.project_code = p.project_code
