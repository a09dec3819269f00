select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(project_code as string) as project_code,
    cast(indicator as string) as indicator,
    cast(target as double) as target,
    cast(result as double) as result,
    cast(unit as string) as unit,
    cast(recorded_date as date) as recorded_date,
    cast(result_source as string) as result_source
from {{ from_read_deliveries('results', 'results_indicators') }}
