select
    cast(delivery_id as varchar) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(respondent_id as varchar) as respondent_id,
    cast(participant_id as varchar) as participant_id,
    cast(project_code as varchar) as project_code,
    cast(sent_date as date) as sent_date,
    cast(disposition as varchar) as disposition
from {{ from_read_deliveries('survey', 'survey_invitations') }}
