select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as string) as participant_id,
    cast(project_code as string) as project_code,
    cast(recorded_date as date) as recorded_date,
    cast(job_status as string) as job_status
from {{ from_read_deliveries('monitoring', 'monitoring_job_statuses') }}
