with horizons as (
    select
        e.enrolment_id,
        e.participant_id,
        e.project_code,
        e.pull_id,
        e.prior_industry_group,
        h.horizon_months,
        {{ add_months('e.start_date', 'h.horizon_months') }} as horizon_date
    from {{ ref('int_enrolments_in_register') }} as e
    cross join {{ ref('horizons') }} as h
),

dated as (
    select
        *,
        {{ running_week('horizon_date') }} as horizon_week_number,
        {{ month_of_week(running_week('horizon_date')) }} as horizon_month_number
    from horizons
),

seen as (
    select
        d.*,
        w.pull_id is not null and m.pull_id is not null as observed,
        b.benefit_code,
        b.status_class,
        i.industry_group,
        i.participant_id is not null as has_wage_income
    from dated as d
    left join {{ ref('int_register_periods') }} as w
        on d.pull_id = w.pull_id and w.period = 'week' and d.horizon_week_number = w.running_number
    left join {{ ref('int_register_periods') }} as m
        on d.pull_id = m.pull_id and m.period = 'month' and d.horizon_month_number = m.running_number
    left join {{ ref('int_register_benefit_spells') }} as b
        on d.participant_id = b.participant_id and d.horizon_week_number between b.first_week and b.last_week
    left join {{ ref('int_register_industry_spells') }} as i
        on d.participant_id = i.participant_id and d.horizon_month_number between i.first_month and i.last_month
),

-- The first rule that fits.
with_status as (
    select
        *,
        case
            when not observed then null
            when status_class = 'left_population' then 'left_population'
            when benefit_code is not null and status_class is null then 'unknown_code'
            when status_class in ('su', 'work_placement', 'wage_subsidy') then status_class
            when status_class = 'benefit' and has_wage_income then 'benefit_with_hours'
            when status_class = 'benefit' then 'benefit_without_hours'
            when has_wage_income then 'employment'
            else 'self_support'
        end as status
    from seen
)

select
    enrolment_id,
    participant_id,
    project_code,
    cast(horizon_months as integer) as horizon_months,
    horizon_date,
    {{ week_label('horizon_week_number') }} as horizon_week,
    observed,
    case when observed then benefit_code end as benefit_code,
    case when observed then has_wage_income end as has_wage_income,
    status,
    case when observed then industry_group end as industry_group,
    prior_industry_group,
    case
        when status = 'employment' and industry_group between 1 and 10 and prior_industry_group between 1 and 10
            then industry_group <> prior_industry_group
    end as industry_changed,
    pull_id as delivery_id
from with_status
