-- Every respondent with answers x every variable of the codebook except free text, with the routing judged.
with respondents as (
    select r.respondent_id, r.enrolment_id, r.project_code, r.disposition, r.answers_delivery_id, r.answers_row_number
    from {{ ref('int_enrolments_consenting_survey') }} as e
    inner join {{ ref('int_survey_responses') }} as r on e.enrolment_id = r.enrolment_id
    where r.answers_delivery_id is not null
),

-- Codes only: the text of a free answer does not pass this point.
given as (
    select r.respondent_id, a.variable, {{ text_to_code('a.raw_value') }} as answer_code
    from respondents as r
    inner join {{ ref('stg_survey__answers') }} as a
        on r.answers_delivery_id = a.delivery_id and r.answers_row_number = a.row_number
),

variables as (
    select distinct
        variable, question, item, answered_as, condition_variable, condition_codes, variable_order
    from {{ ref('int_survey_codebook') }}
    where question_type <> 'free_text'
),

labels as (
    select variable, answer_code, answer_label
    from {{ ref('int_survey_codebook') }}
    where answer_code is not null
),

judged as (
    select
        r.respondent_id,
        r.enrolment_id,
        r.project_code,
        r.disposition,
        v.variable,
        v.question,
        v.item,
        v.answered_as,
        v.variable_order,
        coalesce(
            v.condition_variable is null
            or v.condition_codes like '%,' || cast(deciding.answer_code as string) || ',%',
            false
        ) as in_base,
        g.answer_code,
        l.answer_label
    from respondents as r
    cross join variables as v
    left join given as g on r.respondent_id = g.respondent_id and v.variable = g.variable
    left join given as deciding
        on r.respondent_id = deciding.respondent_id and v.condition_variable = deciding.variable
    left join labels as l on v.variable = l.variable and g.answer_code = l.answer_code
)

-- Of a multiple-choice question one filled option is enough to have answered.
select
    *,
    disposition = 'complete'
    and in_base
    and bool_or(in_base and answer_code is not null) over (partition by respondent_id, answered_as) as in_denominator
from judged
