select
    cast(delivery_id as varchar) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as varchar) as participant_id,
    cast(project_code as varchar) as project_code,
    cast(recorded_date as date) as recorded_date,
    cast(job_status as varchar) as job_status
from {{ from_read_deliveries('monitoring', 'monitoring_job_statuses') }}
