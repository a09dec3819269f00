with persons as (
    select distinct r.participant_id, r.pull_id, r.precedence
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('int_enrolments_in_register') }} as r on c.enrolment_number = r.enrolment_number
),

spells as (
    select s.participant_id, p.pull_id, s.delivery_id, s.benefit_code, s.first_week, s.last_week
    from persons as p
    inner join {{ ref('int_register_benefit_spells') }} as s
        on p.participant_id = s.participant_id and p.precedence <= s.precedence
),

-- A spell that runs on in the next year's file of the same pull is one spell. Where a person stands in one file, spells are whole.
marked as (
    select
        participant_id,
        pull_id,
        benefit_code,
        first_week,
        last_week,
        case
            when
                lag(benefit_code) over (partition by participant_id order by first_week) = benefit_code
                and lag(last_week) over (partition by participant_id order by first_week) = first_week - 1
                then 0
            else 1
        end as begins
    from spells
    where pull_id <> delivery_id
),

numbered as (
    select *, sum(begins) over (partition by participant_id order by first_week) as spell_number
    from marked
),

whole as (
    select participant_id, pull_id, benefit_code, first_week, last_week
    from spells
    where pull_id = delivery_id
    union all
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
    participant_id,
    benefit_code,
    {{ week_label('first_week') }} as first_week,
    {{ week_label('last_week') }} as last_week,
    cast(last_week - first_week + 1 as integer) as weeks,
    pull_id as delivery_id
from whole
