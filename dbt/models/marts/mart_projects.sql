{{ config(alias='projects') }}

select
    p.project_code,
    p.project_name,
    p.lead_fund,
    p.geography,
    p.special_focus,
    cast(round(r.target) as bigint) as planned_participants
from {{ ref('projects') }} as p
left join {{ ref('int_results_in_force') }} as r on p.project_code = r.project_code and r.is_recruitment_target
