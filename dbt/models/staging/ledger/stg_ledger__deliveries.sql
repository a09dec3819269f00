select
    cast(delivery_id as string) as delivery_id,
    cast(source as string) as source,
    cast(table_group as string) as table_group,
    cast(delivery_unit as string) as delivery_unit,
    cast(file_name as string) as file_name,
    cast(extract_date as date) as extract_date,
    cast(sha256 as string) as sha256,
    cast(verdict as string) as verdict,
    cast(reason as string) as reason,
    cast(rows_read as bigint) as rows_read,
    cast(rows_rejected as bigint) as rows_rejected,
    cast(ignored_columns as string) as ignored_columns,
    cast(precedence as integer) as precedence,
    cast(in_landing as boolean) as in_landing,
    cast(purged_on as date) as purged_on
from {{ source('ledger', 'deliveries') }}
