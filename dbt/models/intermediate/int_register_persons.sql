-- Persons with standing register consent, as the newest pull that contains them shows them. Older pulls of a person do not count at all.
-- In a pull of yearly files the background may stand in any of them.
with observed_weeks as (
    select pull_id, min(running_number) as first_week, max(running_number) as last_week
    from {{ ref('int_register_periods') }}
    where period = 'week'
    group by pull_id
)

select
    r.participant_id,
    r.pull_id,
    min(r.sex) as sex,
    min(r.birth_date) as birth_date,
    min(r.origin) as origin,
    min(w.first_week) as first_week,
    min(w.last_week) as last_week
from {{ ref('int_register_rows_in_force') }} as r
left join observed_weeks as w on r.pull_id = w.pull_id
group by r.participant_id, r.pull_id
