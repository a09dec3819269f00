-- Whether consent stands at the as-of date, per person, project and scope. Later events are not seen.
with declarations as (
    select c.*, n.as_of
    from {{ ref('stg_consent__declarations') }} as c
    inner join {{ in_force('consent_declarations') }} as f on c.delivery_id = f.delivery_id
    cross join {{ ref('stg_ledger__night') }} as n
),

latest_events as (
    select
        participant_id,
        project_code,
        max(case when covers_survey and given_date <= as_of then given_date end) as survey_given,
        max(case when covers_survey and withdrawn_date <= as_of then withdrawn_date end) as survey_withdrawn,
        max(case when covers_register and given_date <= as_of then given_date end) as register_given,
        max(case when covers_register and withdrawn_date <= as_of then withdrawn_date end) as register_withdrawn
    from declarations
    group by participant_id, project_code
)

-- A withdrawal ends every consent given on or before its day.
select
    participant_id,
    project_code,
    survey_given is not null and (survey_withdrawn is null or survey_given > survey_withdrawn) as consents_survey,
    register_given is not null and (register_withdrawn is null or register_given > register_withdrawn) as consents_register
from latest_events
