select
    cast(delivery_id as varchar) as delivery_id,
    cast(lake_table as varchar) as lake_table
from {{ source('ledger', 'delivery_tables') }}
