with participations as (
    select r.*
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('int_enrolments_in_register') }} as r on c.enrolment_number = r.enrolment_number
),

-- Many participations start on one day: its horizons are worked out once.
starts as (
    select distinct pull_id, start_date
    from participations
),

horizon_dates as (
    select
        s.pull_id,
        s.start_date,
        h.horizon_months,
        {{ add_months('s.start_date', 'h.horizon_months') }} as horizon_date
    from starts as s
    cross join {{ ref('horizons') }} as h
),

horizon_weeks as (
    select
        *,
        {{ running_week('horizon_date') }} as horizon_week_number,
        {{ month_of_week(running_week('horizon_date')) }} as horizon_month_number
    from horizon_dates
),

horizons as (
    select
        h.pull_id,
        h.start_date,
        cast(h.horizon_months as integer) as horizon_months,
        h.horizon_date,
        h.horizon_week_number,
        h.horizon_month_number,
        {{ week_label('h.horizon_week_number') }} as horizon_week,
        w.pull_id is not null and m.pull_id is not null as observed
    from horizon_weeks as h
    left join {{ ref('int_register_periods') }} as w
        on h.pull_id = w.pull_id and w.period = 'week' and h.horizon_week_number = w.running_number
    left join {{ ref('int_register_periods') }} as m
        on h.pull_id = m.pull_id and m.period = 'month' and h.horizon_month_number = m.running_number
),

-- From the first to the last horizon of a start: spells beyond them cannot tell a status.
spans as (
    select
        pull_id,
        start_date,
        min(horizon_week_number) as first_week,
        max(horizon_week_number) as last_week,
        min(horizon_month_number) as first_month,
        max(horizon_month_number) as last_month
    from horizons
    group by pull_id, start_date
),

asked as (
    select
        p.enrolment_number,
        p.participant_id,
        s.first_week,
        s.last_week,
        s.first_month,
        s.last_month
    from participations as p
    inner join spans as s on p.pull_id = s.pull_id and p.start_date = s.start_date
),

-- From every pull: which one counts is asked of the few spells that are left.
benefits as (
    select a.enrolment_number, s.precedence, s.benefit_code, s.status_class, s.first_week, s.last_week
    from asked as a
    inner join {{ ref('int_register_benefit_spells') }} as s on a.participant_id = s.participant_id
    where s.first_week <= a.last_week and s.last_week >= a.first_week
),

wages as (
    select a.enrolment_number, s.precedence, s.industry_group, s.first_month, s.last_month
    from asked as a
    inner join {{ ref('int_register_industry_spells') }} as s on a.participant_id = s.participant_id
    where s.first_month <= a.last_month and s.last_month >= a.first_month
),

-- Only numbers and short texts until every horizon has found its spells.
seen as (
    select
        p.enrolment_number,
        h.horizon_months,
        h.horizon_date,
        h.horizon_week,
        h.observed,
        b.benefit_code,
        b.status_class,
        i.industry_group,
        i.industry_group is not null as has_wage_income
    from participations as p
    inner join horizons as h on p.pull_id = h.pull_id and p.start_date = h.start_date
    left join benefits as b
        on
            p.enrolment_number = b.enrolment_number
            and p.precedence <= b.precedence
            and h.horizon_week_number between b.first_week and b.last_week
    left join wages as i
        on
            p.enrolment_number = i.enrolment_number
            and p.precedence <= i.precedence
            and h.horizon_month_number between i.first_month and i.last_month
),

with_status as (
    select
        *,
        {{ status_of('observed', 'benefit_code', 'status_class', 'has_wage_income') }} as status
    from seen
)

select
    p.enrolment_id,
    p.participant_id,
    p.project_code,
    s.horizon_months,
    s.horizon_date,
    s.horizon_week,
    s.observed,
    case when s.observed then s.benefit_code end as benefit_code,
    case when s.observed then s.has_wage_income end as has_wage_income,
    s.status,
    coalesce(t.in_percentages, false) as in_percentages,
    case when s.observed then s.industry_group end as industry_group,
    p.prior_industry_group,
    case
        when s.status = 'employment' and s.industry_group between 1 and 10 and p.prior_industry_group between 1 and 10
            then s.industry_group <> p.prior_industry_group
    end as industry_changed,
    p.pull_id as delivery_id
from with_status as s
inner join participations as p on s.enrolment_number = p.enrolment_number
left join {{ ref('statuses') }} as t on s.status = t.status
