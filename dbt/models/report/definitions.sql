-- The definitions in force, and the code that this set was built with.
select
    d.definition,
    d.version,
    d.statement_da,
    d.statement_en,
    d.decided,
    d.home,
    n.code_version
from {{ ref('definition_versions') }} as d
cross join {{ ref('stg_ledger__night') }} as n
