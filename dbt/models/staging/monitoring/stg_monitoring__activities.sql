select
    cast(delivery_id as varchar) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as varchar) as participant_id,
    cast(project_code as varchar) as project_code,
    cast(activity_name as varchar) as activity_name,
    cast(activity_date as date) as activity_date,
    cast(hours as double) as hours,
    cast(mode as varchar) as mode,
    cast(activity_status as varchar) as activity_status
from {{ from_read_deliveries('monitoring', 'monitoring_activities') }}
