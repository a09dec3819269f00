select
    respondent_id,
    enrolment_id,
    project_code,
    sent_date,
    disposition,
    answered_date,
    delivery_id
from {{ ref('int_survey_responses') }}
