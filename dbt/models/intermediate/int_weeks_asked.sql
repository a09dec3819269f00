-- The weeks whose status somebody asks for, with the month whose wage income counts: every week from the start to a year
-- and a quarter later (a job of week 53 is lasting after week 65), and what other definitions look at.
with participations as (
    select
        r.enrolment_number,
        r.project_code,
        r.start_date,
        r.start_week,
        coalesce(e.end_date, {{ add_days('r.start_date', 182) }}) as course_end
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('int_enrolments_in_register') }} as r on c.enrolment_number = r.enrolment_number
    inner join {{ ref('int_enrolments') }} as e on c.enrolment_number = e.enrolment_number
),

single_weeks as (
    select p.enrolment_number, 'week' as asked_for, o.number as offset_number, p.start_week + o.number as week
    from participations as p
    cross join {{ whole_numbers(0, 65) }} as o
),

horizons as (
    select
        p.enrolment_number,
        h.horizon_months,
        {{ running_week(add_months('p.start_date', 'h.horizon_months')) }} as week,
        {{ running_week(add_months('p.course_end', 'h.horizon_months')) }} as week_after_end
    from participations as p
    cross join {{ ref('horizons') }} as h
),

asked as (
    select enrolment_number, asked_for, offset_number, week, {{ month_of_week('week') }} as month
    from single_weeks
    union all
    select enrolment_number, 'anchor_end', horizon_months, week_after_end, {{ month_of_week('week_after_end') }}
    from horizons
    union all
    select enrolment_number, 'monday_month', horizon_months, week, {{ month_of_monday('week') }}
    from horizons
    union all
    select h.enrolment_number, 'four_weeks', h.horizon_months, h.week - o.number, {{ month_of_week('(h.week - o.number)') }}
    from horizons as h
    cross join {{ whole_numbers(0, 3) }} as o
)

select
    enrolment_number,
    asked_for,
    cast(offset_number as integer) as offset_number,
    cast(week as integer) as week,
    month
from asked
