select
    cast(lake_table as string) as lake_table,
    cast(project_code as string) as project_code,
    cast(delivery_id as string) as delivery_id
from {{ source('ledger', 'in_force') }}
