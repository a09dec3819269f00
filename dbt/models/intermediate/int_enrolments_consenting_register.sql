{{ config(materialized='view') }}
-- Where every register analysis starts: participations whose register consent stands.
select enrolment_id, enrolment_number, participant_id, project_code, start_date
from {{ ref('int_enrolments') }}
where consents_register
