select
    cast(delivery_id as varchar) as delivery_id,
    cast(source as varchar) as source,
    cast(table_group as varchar) as table_group,
    cast(delivery_unit as varchar) as delivery_unit,
    cast(file_name as varchar) as file_name,
    cast(extract_date as date) as extract_date,
    cast(sha256 as varchar) as sha256,
    cast(verdict as varchar) as verdict,
    cast(reason as varchar) as reason,
    cast(rows_read as bigint) as rows_read,
    cast(rows_rejected as bigint) as rows_rejected,
    cast(ignored_columns as varchar) as ignored_columns,
    cast(precedence as integer) as precedence,
    cast(in_landing as boolean) as in_landing,
    cast(purged_on as date) as purged_on
from {{ source('ledger', 'deliveries') }}
