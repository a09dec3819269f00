select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as string) as participant_id,
    cast(project_code as string) as project_code,
    cast(given_date as date) as given_date,
    cast(withdrawn_date as date) as withdrawn_date,
    cast(covers_survey as boolean) as covers_survey,
    cast(covers_register as boolean) as covers_register
from {{ from_read_deliveries('consent', 'consent_declarations') }}
