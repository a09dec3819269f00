-- Participations in the register, with the background and history before the start that the register tells.
with in_register as (
    select
        e.enrolment_id,
        e.enrolment_number,
        e.participant_id,
        e.project_code,
        e.start_date,
        {{ running_week('e.start_date') }} as start_week,
        {{ running_month('e.start_date') }} as start_month,
        p.pull_id,
        p.precedence,
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
    select s.pull_id, s.start_week
    from (select distinct pull_id, start_week from in_register) as s
    inner join {{ ref('int_register_periods') }} as a
        on s.pull_id = a.pull_id and a.period = 'week' and s.start_week - 520 = a.running_number
    inner join {{ ref('int_register_periods') }} as z
        on s.pull_id = z.pull_id and z.period = 'week' and s.start_week - 1 = z.running_number
    where z.ordinal - a.ordinal = 519
),

-- What is asked of a code or an industry stands inside the sums: all spells of a person pass the join together, which is
-- what makes it fast.
unemployment as (
    select
        r.enrolment_number,
        sum(
            case
                when s.counts_as_unemployment
                    then
                        case when s.last_week < r.start_week then s.last_week else r.start_week - 1 end
                        - case when s.first_week > r.start_week - 520 then s.first_week else r.start_week - 520 end
                        + 1
            end
        ) as weeks
    from in_register as r
    inner join {{ ref('int_register_benefit_spells') }} as s
        on r.participant_id = s.participant_id and r.precedence <= s.precedence
    where s.first_week < r.start_week and s.last_week >= r.start_week - 520
    group by r.enrolment_number
),

prior_industries as (
    select
        r.enrolment_number,
        max_by(
            s.industry_group,
            case when s.industry_group between 1 and 10 then least(s.last_month, r.start_month - 1) end
        ) as industry_group
    from in_register as r
    inner join {{ ref('int_register_industry_spells') }} as s
        on r.participant_id = s.participant_id and r.precedence <= s.precedence
    where s.first_month < r.start_month
    group by r.enrolment_number
),

history as (
    select
        r.enrolment_number,
        cast(case when c.pull_id is not null then coalesce(u.weeks, 0) end as integer) as unemployment_weeks,
        i.industry_group as prior_industry_group
    from in_register as r
    left join covered as c on r.pull_id = c.pull_id and r.start_week = c.start_week
    left join unemployment as u on r.enrolment_number = u.enrolment_number
    left join prior_industries as i on r.enrolment_number = i.enrolment_number
),

-- Each number of weeks is looked up once, not once per participation.
banded as (
    select w.unemployment_weeks, b.unemployment_band
    from (select distinct unemployment_weeks from history) as w
    inner join {{ ref('unemployment_bands') }} as b on w.unemployment_weeks between b.min_weeks and b.max_weeks
)

select
    r.*,
    h.unemployment_weeks,
    h.prior_industry_group,
    a.age_group,
    b.unemployment_band
from history as h
inner join in_register as r on h.enrolment_number = r.enrolment_number
left join {{ ref('age_groups') }} as a on r.age_at_start between a.min_age and a.max_age
left join banded as b on h.unemployment_weeks = b.unemployment_weeks
