select
    cast(delivery_id as string) as delivery_id,
    cast(lake_table as string) as lake_table,
    cast(project_code as string) as project_code,
    cast(row_fate as string) as row_fate,
    cast(row_count as bigint) as row_count
from {{ source('ledger', 'delivery_rows') }}
