{{ config(materialized='view') }}
-- Benefit spells with what the code means; a code that the table does not know has no status class.
-- Whose spells count is asked where they are read: a person's, in no older pull than the newest that contains them.
select
    s.participant_id,
    s.delivery_id,
    s.precedence,
    s.benefit_code,
    s.first_week,
    s.last_week,
    b.status_class,
    coalesce(b.counts_as_unemployment, false) as counts_as_unemployment
from {{ ref('stg_register__benefit_spells') }} as s
left join {{ ref('benefit_codes') }} as b on s.benefit_code = b.benefit_code
