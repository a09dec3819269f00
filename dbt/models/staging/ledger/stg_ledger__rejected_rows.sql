select
    cast(delivery_id as varchar) as delivery_id,
    cast(source as varchar) as source,
    cast(file_name as varchar) as file_name,
    cast(sheet as varchar) as sheet,
    cast(row_number as integer) as row_number,
    cast(column_name as varchar) as column_name,
    cast(reason as varchar) as reason
from {{ source('ledger', 'rejected_rows') }}
