select
    cast(run_id as varchar) as run_id,
    cast(as_of as date) as as_of
from {{ source('ledger', 'night') }}
