-- Benefit spells of consenting persons from the pull that counts for them, with what the code means.
-- A code that the table does not know has no status class.
select
    s.participant_id,
    s.delivery_id,
    s.benefit_code,
    s.first_week,
    s.last_week,
    b.status_class,
    coalesce(b.counts_as_unemployment, false) as counts_as_unemployment
from {{ ref('stg_register__benefit_spells') }} as s
inner join {{ ref('int_register_persons') }} as p
    on s.participant_id = p.participant_id and s.delivery_id = p.delivery_id
left join {{ ref('benefit_codes') }} as b on s.benefit_code = b.benefit_code
where s.participant_id in (select c.participant_id from {{ ref('int_enrolments_consenting_register') }} as c)
