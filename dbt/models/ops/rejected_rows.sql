{{ config(tags=['accounting']) }}

select
    source,
    file_name,
    sheet,
    row_number,
    column_name,
    reason,
    delivery_id
from {{ ref('stg_ledger__rejected_rows') }}
