select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(respondent_id as string) as respondent_id,
    cast(participant_id as string) as participant_id,
    cast(project_code as string) as project_code,
    cast(sent_date as date) as sent_date,
    cast(disposition as string) as disposition
from {{ from_read_deliveries('survey', 'survey_invitations') }}
