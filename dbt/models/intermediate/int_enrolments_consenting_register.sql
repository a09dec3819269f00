-- Where every register analysis starts: participations whose register consent stands.
select enrolment_id, participant_id, project_code, start_date
from {{ ref('int_enrolments') }}
where consents_register
