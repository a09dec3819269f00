select
    cast(delivery_id as string) as delivery_id,
    cast(source as string) as source,
    cast(file_name as string) as file_name,
    cast(sheet as string) as sheet,
    cast(row_number as integer) as row_number,
    cast(column_name as string) as column_name,
    cast(reason as string) as reason
from {{ source('ledger', 'rejected_rows') }}
