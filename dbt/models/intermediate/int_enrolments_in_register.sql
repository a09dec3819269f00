-- Participations in the register, with the background and history before the start that the register tells.
with in_register as (
    select
        e.enrolment_id,
        e.participant_id,
        e.project_code,
        e.start_date,
        {{ running_week('e.start_date') }} as start_week,
        {{ running_month('e.start_date') }} as start_month,
        p.pull_id,
        p.sex,
        p.origin,
        {{ age_in_years('p.birth_date', 'e.start_date') }} as age_at_start
    from {{ ref('int_enrolments_consenting_register') }} as e
    inner join {{ ref('int_register_persons') }} as p on e.participant_id = p.participant_id
    where
        p.sex is not null
        and p.birth_date is not null
        and p.origin is not null
        and {{ running_week('e.start_date') }} between p.first_week and p.last_week
),

-- The 520 weeks before the start week are covered when the pull has the first, the last and no gap between them.
covered as (
    select r.enrolment_id
    from in_register as r
    inner join {{ ref('int_register_periods') }} as a
        on r.pull_id = a.pull_id and a.period = 'week' and r.start_week - 520 = a.running_number
    inner join {{ ref('int_register_periods') }} as z
        on r.pull_id = z.pull_id and z.period = 'week' and r.start_week - 1 = z.running_number
    where z.ordinal - a.ordinal = 519
),

unemployment as (
    select
        r.enrolment_id,
        sum(least(s.last_week, r.start_week - 1) - greatest(s.first_week, r.start_week - 520) + 1) as weeks
    from in_register as r
    inner join {{ ref('int_register_benefit_spells') }} as s on r.participant_id = s.participant_id
    where s.counts_as_unemployment and s.first_week < r.start_week and s.last_week >= r.start_week - 520
    group by r.enrolment_id
),

prior_industries as (
    select
        r.enrolment_id,
        s.industry_group,
        row_number() over (
            partition by r.enrolment_id order by least(s.last_month, r.start_month - 1) desc
        ) as latest_first
    from in_register as r
    inner join {{ ref('int_register_industry_spells') }} as s on r.participant_id = s.participant_id
    where s.first_month < r.start_month and s.industry_group between 1 and 10
),

with_history as (
    select
        r.*,
        cast(case when c.enrolment_id is not null then coalesce(u.weeks, 0) end as integer) as unemployment_weeks,
        i.industry_group as prior_industry_group
    from in_register as r
    left join covered as c on r.enrolment_id = c.enrolment_id
    left join unemployment as u on r.enrolment_id = u.enrolment_id
    left join prior_industries as i on r.enrolment_id = i.enrolment_id and i.latest_first = 1
)

select
    h.*,
    a.age_group,
    b.unemployment_band
from with_history as h
left join {{ ref('age_groups') }} as a on h.age_at_start between a.min_age and a.max_age
left join {{ ref('unemployment_bands') }} as b on h.unemployment_weeks between b.min_weeks and b.max_weeks
