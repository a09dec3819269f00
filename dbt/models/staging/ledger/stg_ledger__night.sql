select
    cast(run_id as varchar) as run_id,
    cast(as_of as date) as as_of,
    cast(looks_back as boolean) as looks_back
from {{ source('ledger', 'night') }}
