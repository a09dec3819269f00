select
    cast(delivery_id as varchar) as delivery_id,
    cast(lake_table as varchar) as lake_table,
    cast(project_code as varchar) as project_code,
    cast(row_fate as varchar) as row_fate,
    cast(row_count as bigint) as row_count
from {{ source('ledger', 'delivery_rows') }}
