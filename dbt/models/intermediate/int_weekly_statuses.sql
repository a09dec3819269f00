-- The status of every week asked for, by the rules of the horizons; null where the week is not observed.
with participations as (
    select r.*
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('int_enrolments_in_register') }} as r on c.enrolment_number = r.enrolment_number
),

points as (
    select distinct p.pull_id, a.week, a.month
    from {{ ref('int_weeks_asked') }} as a
    inner join participations as p on a.enrolment_number = p.enrolment_number
),

observed as (
    select p.pull_id, p.week, p.month
    from points as p
    inner join {{ ref('int_register_periods') }} as w
        on p.pull_id = w.pull_id and w.period = 'week' and p.week = w.running_number
    inner join {{ ref('int_register_periods') }} as m
        on p.pull_id = m.pull_id and m.period = 'month' and p.month = m.running_number
),

benefits as (
    select p.enrolment_number, s.benefit_code, s.status_class, s.first_week, s.last_week
    from participations as p
    inner join {{ ref('int_register_benefit_spells') }} as s
        on p.participant_id = s.participant_id and p.precedence <= s.precedence
    where s.last_week >= p.start_week
),

wages as (
    select p.enrolment_number, s.first_month, s.last_month
    from participations as p
    inner join {{ ref('int_register_industry_spells') }} as s
        on p.participant_id = s.participant_id and p.precedence <= s.precedence
    where s.last_month >= p.start_month - 1
),

seen as (
    select
        a.enrolment_number,
        a.asked_for,
        a.offset_number,
        a.week,
        o.pull_id is not null as observed,
        b.benefit_code,
        b.status_class,
        w.enrolment_number is not null as has_wage_income
    from {{ ref('int_weeks_asked') }} as a
    inner join participations as p on a.enrolment_number = p.enrolment_number
    left join observed as o on p.pull_id = o.pull_id and a.week = o.week and a.month = o.month
    left join benefits as b
        on a.enrolment_number = b.enrolment_number and a.week between b.first_week and b.last_week
    left join wages as w
        on a.enrolment_number = w.enrolment_number and a.month between w.first_month and w.last_month
)

select
    p.enrolment_id,
    p.project_code,
    s.asked_for,
    s.offset_number,
    s.week,
    {{ status_of('s.observed', 's.benefit_code', 's.status_class', 's.has_wage_income') }} as status
from seen as s
inner join participations as p on s.enrolment_number = p.enrolment_number
