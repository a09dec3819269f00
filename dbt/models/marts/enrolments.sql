with survey as (
    select enrolment_id, bool_or(disposition = 'complete') as answered
    from {{ ref('int_survey_responses') }}
    group by enrolment_id
)

select
    e.enrolment_id,
    e.participant_id,
    e.project_code,
    e.unemployment_fund,
    e.course_round,
    e.start_date,
    e.end_date,
    e.recruitment_method,
    e.consents_survey,
    e.consents_register,
    s.enrolment_id is not null as invited,
    coalesce(s.answered, false) as answered,
    r.enrolment_id is not null as in_register,
    r.sex,
    r.age_at_start,
    r.age_group,
    r.origin,
    r.unemployment_weeks,
    r.unemployment_band,
    r.prior_industry_group,
    e.delivery_id,
    r.pull_id as register_delivery_id
from {{ ref('int_enrolments') }} as e
left join survey as s on e.enrolment_id = s.enrolment_id
left join {{ ref('int_enrolments_in_register') }} as r on e.enrolment_id = r.enrolment_id
