select
    cast(participant_id as string) as participant_id,
    cast(project_code as string) as project_code,
    cast(consents_survey as boolean) as consents_survey,
    cast(consents_register as boolean) as consents_register
from {{ source('ledger', 'consent_standing') }}
