select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as string) as participant_id,
    cast(project_code as string) as project_code,
    cast(activity_name as string) as activity_name,
    cast(activity_date as date) as activity_date,
    cast(hours as double) as hours,
    cast(mode as string) as mode,
    cast(activity_status as string) as activity_status
from {{ from_read_deliveries('monitoring', 'monitoring_activities') }}
