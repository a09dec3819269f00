-- Where every survey analysis starts: participations whose survey consent stands.
select enrolment_id, participant_id, project_code, start_date
from {{ ref('int_enrolments') }}
where consents_survey
