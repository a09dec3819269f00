with register_rows as (
    select 'status_at_horizon' as mart, participant_id, project_code from {{ ref('status_at_horizon') }}
    union all
    select 'enrolments' as mart, participant_id, project_code from {{ ref('enrolments') }}
    where in_register or sex is not null or age_at_start is not null or origin is not null or prior_industry_group is not null
    union all
    -- Persons, not participations: consent in any project will do.
    select 'benefit_spells' as mart, participant_id, null as project_code from {{ ref('benefit_spells') }}
    union all
    select 'participants' as mart, participant_id, null as project_code from {{ ref('participants') }}
    where sex is not null or birth_year is not null or origin is not null
),

standing as (
    select participant_id, project_code from {{ standing_by_declaration('register') }}
),

standing_anywhere as (
    select distinct participant_id from standing
)

select r.mart, count(*) as row_count
from register_rows as r
left join standing as t on r.participant_id = t.participant_id and r.project_code = t.project_code
left join standing_anywhere as a on r.participant_id = a.participant_id
where t.participant_id is null and (r.project_code is not null or a.participant_id is null)
group by r.mart
