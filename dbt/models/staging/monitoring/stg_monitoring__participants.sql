select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as string) as participant_id,
    cast(project_code as string) as project_code,
    cast(unemployment_fund as string) as unemployment_fund,
    cast(course_round as string) as course_round,
    cast(start_date as date) as start_date,
    cast(end_date as date) as end_date,
    cast(recruitment_method as string) as recruitment_method
from {{ from_read_deliveries('monitoring', 'monitoring_participants') }}
