select
    cast(lake_table as varchar) as lake_table,
    cast(project_code as varchar) as project_code,
    cast(delivery_id as varchar) as delivery_id
from {{ source('ledger', 'in_force') }}
