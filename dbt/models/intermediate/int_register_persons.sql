-- Persons with standing register consent, as the newest pull that contains them shows them. Older pulls of a person do not count at all.
with consenting as (
    select distinct participant_id
    from {{ ref('int_enrolments_consenting_register') }}
),

newest as (
    select participant_id, delivery_id
    from {{ ref('int_register_rows_ranked') }}
    where newest_first = 1
),

observed_weeks as (
    select delivery_id, min(week) as first_week, max(week) as last_week
    from {{ ref('stg_register__weeks') }}
    group by delivery_id
)

select
    p.participant_id,
    p.delivery_id,
    p.sex,
    p.birth_date,
    p.origin,
    w.first_week,
    w.last_week
from {{ ref('stg_register__persons') }} as p
inner join newest as n on p.participant_id = n.participant_id and p.delivery_id = n.delivery_id
inner join consenting as c on p.participant_id = c.participant_id
left join observed_weeks as w on p.delivery_id = w.delivery_id
