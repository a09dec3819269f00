select
    cast(run_id as string) as run_id,
    cast(as_of as date) as as_of,
    cast(looks_back as boolean) as looks_back,
    cast(demonstration as boolean) as demonstration,
    cast(code_version as string) as code_version
from {{ source('ledger', 'night') }}
