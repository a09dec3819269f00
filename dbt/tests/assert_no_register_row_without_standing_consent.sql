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

-- Judged on the declarations themselves, not on the model that the marts start from.
declarations as (
    select c.participant_id, c.project_code, c.given_date, c.withdrawn_date, n.as_of
    from {{ ref('stg_consent__declarations') }} as c
    inner join {{ in_force('consent_declarations') }} as f on c.delivery_id = f.delivery_id
    cross join {{ ref('stg_ledger__night') }} as n
    where c.covers_register
),

standing as (
    select distinct g.participant_id, g.project_code
    from declarations as g
    where
        g.given_date <= g.as_of
        and not exists (
            select 1 from declarations as w
            where
                w.participant_id = g.participant_id
                and w.project_code = g.project_code
                and w.withdrawn_date between g.given_date and w.as_of
        )
)

select r.mart, count(*) as row_count
from register_rows as r
left join standing as t
    on r.participant_id = t.participant_id and coalesce(r.project_code, t.project_code) = t.project_code
where t.participant_id is null
group by r.mart
