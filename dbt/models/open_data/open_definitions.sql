select
    definition,
    version,
    statement_da,
    statement_en,
    decided,
    home,
    code_version,
    false as suppressed
from {{ ref('definitions') }}
