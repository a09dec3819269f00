-- Participations in force: one person in one project from one start date.
select
    {{ hashed_key(['p.participant_id', 'p.project_code', 'p.start_date']) }} as enrolment_id,
    -- Stands for the id where models join a participation's many spells; another number every night, so nothing goes out with it.
    cast(row_number() over (order by p.participant_id, p.project_code, p.start_date) as integer) as enrolment_number,
    p.participant_id,
    p.project_code,
    p.unemployment_fund,
    p.course_round,
    p.start_date,
    p.end_date,
    p.recruitment_method,
    coalesce(c.consents_survey, false) as consents_survey,
    coalesce(c.consents_register, false) as consents_register,
    p.delivery_id
from {{ ref('stg_monitoring__participants') }} as p
inner join {{ in_force('monitoring_participants') }} as f
    on p.delivery_id = f.delivery_id and p.project_code = f.project_code
left join {{ ref('stg_ledger__consent_standing') }} as c
    on p.participant_id = c.participant_id and p.project_code = c.project_code
