select
    respondent_id,
    enrolment_id,
    project_code,
    variable,
    question,
    item,
    in_base,
    in_denominator,
    answer_code,
    answer_label,
    cast(variable_order as integer) as variable_order
from {{ ref('int_survey_answers') }}
