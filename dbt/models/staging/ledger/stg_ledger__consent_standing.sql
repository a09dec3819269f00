select
    cast(participant_id as varchar) as participant_id,
    cast(project_code as varchar) as project_code,
    cast(consents_survey as boolean) as consents_survey,
    cast(consents_register as boolean) as consents_register
from {{ source('ledger', 'consent_standing') }}
