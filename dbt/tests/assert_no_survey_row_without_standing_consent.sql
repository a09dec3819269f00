with survey_rows as (
    select 'survey_responses' as mart, enrolment_id from {{ ref('survey_responses') }}
    union all
    select 'survey_answers' as mart, enrolment_id from {{ ref('survey_answers') }}
    union all
    select 'enrolments' as mart, enrolment_id from {{ ref('enrolments') }}
    where invited or answered
),

-- Judged on the declarations themselves, not on the model that the marts start from.
declarations as (
    select c.participant_id, c.project_code, c.given_date, c.withdrawn_date, n.as_of
    from {{ ref('stg_consent__declarations') }} as c
    inner join {{ in_force('consent_declarations') }} as f on c.delivery_id = f.delivery_id
    cross join {{ ref('stg_ledger__night') }} as n
    where c.covers_survey
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

select s.mart, count(*) as row_count
from survey_rows as s
left join {{ ref('enrolments') }} as e on s.enrolment_id = e.enrolment_id
left join standing as t on e.participant_id = t.participant_id and e.project_code = t.project_code
where t.participant_id is null
group by s.mart
