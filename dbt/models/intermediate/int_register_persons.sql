{{ config(materialized='view') }}
-- Persons with standing register consent, as the newest pull that contains them shows them. Older pulls of a person do not count at all.
-- In a pull of yearly files the background may stand in any of them.
with observed_weeks as (
    select pull_id, min(running_number) as first_week, max(running_number) as last_week
    from {{ ref('int_register_periods') }}
    where period = 'week'
    group by pull_id
),

persons as (
    select
        participant_id,
        pull_id,
        precedence,
        min(sex) as sex,
        min(birth_date) as birth_date,
        min(origin) as origin
    from {{ ref('int_register_rows_in_force') }}
    group by participant_id, pull_id, precedence
)

select
    p.participant_id,
    p.pull_id,
    p.precedence,
    p.sex,
    p.birth_date,
    p.origin,
    w.first_week,
    w.last_week
from persons as p
left join observed_weeks as w on p.pull_id = w.pull_id
