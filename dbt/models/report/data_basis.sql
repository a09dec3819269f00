with survey as (
    select
        enrolment_id,
        bool_or(disposition in ('complete', 'partial')) as answered_in_part,
        bool_or(disposition = 'undeliverable') as undeliverable
    from {{ ref('survey_responses') }}
    group by enrolment_id
),

-- Distinct persons within the row's scope: a person in two projects counts once in ALL.
counted as (
    select
        s.project_code,
        {{ measure('recruited') }} as recruited,
        {{ measure('consenting') }} as consenting,
        {{ measure('consenting_survey') }} as consenting_survey,
        {{ measure('consenting_register') }} as consenting_register,
        {{ measure('invited') }} as invited,
        {{ measure('answered') }} as answered,
        {{ measure('in_register') }} as in_register,
        count(distinct case when v.answered_in_part then e.participant_id end) as answered_in_part,
        count(distinct case when v.undeliverable then e.participant_id end) as undeliverable
    from {{ ref('int_report_scopes') }} as s
    left join {{ ref('enrolments') }} as e on s.member_project_code = e.project_code
    left join survey as v on e.enrolment_id = v.enrolment_id
    group by s.project_code
)

select
    project_code,
    recruited,
    consenting,
    consenting_survey,
    consenting_register,
    invited,
    answered,
    {{ percentage_of('response_rate') }} as response_rate,
    in_register,
    {{ percentage_of('register_coverage') }} as register_coverage,
    {{ percentage_of('consent_coverage') }} as consent_coverage,
    undeliverable,
    {{ percentage('answered_in_part', 'invited') }} as response_rate_with_partials,
    answered_in_part
from counted
