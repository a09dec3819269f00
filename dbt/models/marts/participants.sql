select
    e.participant_id,
    count(*) as enrolments,
    min(e.start_date) as first_start_date,
    min(p.sex) as sex,
    cast(extract(year from min(p.birth_date)) as integer) as birth_year,
    min(p.origin) as origin
from {{ ref('int_enrolments') }} as e
left join {{ ref('int_register_persons') }} as p on e.participant_id = p.participant_id
group by e.participant_id
