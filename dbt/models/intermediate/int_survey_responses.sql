-- Invitations of consenting participations, each with its row of the answers file where there is one.
with invitations as (
    select i.*
    from {{ ref('stg_survey__invitations') }} as i
    inner join {{ in_force('survey_invitations') }} as f on i.delivery_id = f.delivery_id
),

answer_rows as (
    select a.*
    from {{ ref('stg_survey__answer_rows') }} as a
    inner join {{ in_force('survey_answer_rows') }} as f on a.delivery_id = f.delivery_id
),

placed as (
    select
        i.respondent_id,
        e.enrolment_id,
        e.project_code,
        i.sent_date,
        i.disposition,
        i.delivery_id,
        row_number() over (
            partition by i.respondent_id
            order by {{ participation_order('e.start_date', 'i.sent_date') }}
        ) as best_first
    from invitations as i
    inner join {{ ref('int_enrolments_consenting_survey') }} as e
        on i.participant_id = e.participant_id and i.project_code = e.project_code
)

select
    p.respondent_id,
    p.enrolment_id,
    p.project_code,
    p.sent_date,
    p.disposition,
    a.answered_date,
    p.delivery_id,
    a.delivery_id as answers_delivery_id,
    a.row_number as answers_row_number
from placed as p
left join answer_rows as a on p.respondent_id = a.respondent_id
where p.best_first = 1
