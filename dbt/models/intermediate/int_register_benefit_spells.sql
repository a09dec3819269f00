-- Benefit spells of consenting persons from the pull that counts for them, with what the code means.
-- A code that the table does not know has no status class.
with spells as (
    select s.participant_id, r.pull_id, s.benefit_code, s.first_week, s.last_week
    from {{ ref('int_register_rows_in_force') }} as r
    inner join {{ ref('stg_register__benefit_spells') }} as s
        on r.participant_id = s.participant_id and r.delivery_id = s.delivery_id
    where r.participant_id in (select c.participant_id from {{ ref('int_enrolments_consenting_register') }} as c)
),

-- A spell that runs on in the next year's file of the same pull is one spell.
marked as (
    select
        *,
        case
            when
                lag(benefit_code) over (partition by participant_id order by first_week) = benefit_code
                and lag(last_week) over (partition by participant_id order by first_week) = first_week - 1
                then 0
            else 1
        end as begins
    from spells
),

numbered as (
    select *, sum(begins) over (partition by participant_id order by first_week) as spell_number
    from marked
),

whole as (
    select
        participant_id,
        pull_id,
        benefit_code,
        min(first_week) as first_week,
        max(last_week) as last_week
    from numbered
    group by participant_id, pull_id, benefit_code, spell_number
)

select
    w.participant_id,
    w.pull_id,
    w.benefit_code,
    w.first_week,
    w.last_week,
    b.status_class,
    coalesce(b.counts_as_unemployment, false) as counts_as_unemployment
from whole as w
left join {{ ref('benefit_codes') }} as b on w.benefit_code = b.benefit_code
