with survey_rows as (
    select 'survey_responses' as mart, enrolment_id from {{ ref('survey_responses') }}
    union all
    select 'survey_answers' as mart, enrolment_id from {{ ref('survey_answers') }}
    union all
    select 'enrolments' as mart, enrolment_id from {{ ref('enrolments') }}
    where invited or answered
)

select s.mart, count(*) as row_count
from survey_rows as s
left join {{ ref('enrolments') }} as e on s.enrolment_id = e.enrolment_id
left join {{ standing_by_declaration('survey') }} as t on e.participant_id = t.participant_id and e.project_code = t.project_code
where t.participant_id is null
group by s.mart
