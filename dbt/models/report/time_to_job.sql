-- Kaplan-Meier by week: the share that has begun its first lasting job.
with lives as (
    select
        s.project_code,
        coalesce(j.job_week, j.weeks_told - 1) as last_week_at_risk,
        j.job_week is not null as has_job
    from {{ ref('int_lasting_jobs') }} as j
    inner join {{ ref('int_report_scopes') }} as s on j.project_code = s.member_project_code
    where j.job_week is not null or j.weeks_told > 0
),

grid as (
    select
        s.project_code,
        w.number as week,
        count(case when l.last_week_at_risk >= w.number then 1 end) as at_risk,
        count(case when l.last_week_at_risk = w.number and l.has_job then 1 end) as events,
        count(case when l.last_week_at_risk = w.number and not l.has_job then 1 end) as censored
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ whole_numbers(0, 52) }} as w
    left join lives as l on s.project_code = l.project_code
    group by s.project_code, w.number
),

factors as (
    select
        *,
        case when at_risk > events then ln(1e0 - cast(events as double) / at_risk) end as log_factor,
        case when at_risk > events then cast(events as double) / (cast(at_risk as double) * (at_risk - events)) end as variance_term
    from grid
),

-- Where nobody is at risk there is no estimate; where all at risk begin a job nobody is left without.
estimates as (
    select
        *,
        case
            when at_risk = 0 then null
            when at_risk = events then 0e0
            else exp(sum(coalesce(log_factor, 0e0)) over (partition by project_code order by week))
        end as survival,
        sum(coalesce(variance_term, 0e0)) over (partition by project_code order by week) as greenwood
    from factors
),

told as (
    select
        *,
        case when survival > 0 and survival < 1 then 1.959964e0 * sqrt(greenwood) / abs(ln(survival)) end as half_width
    from estimates
)

select
    project_code,
    cast(week as integer) as week,
    cast(at_risk as bigint) as at_risk,
    cast(events as bigint) as events,
    cast(censored as bigint) as censored,
    100e0 * (1e0 - survival) as pct,
    100e0 * (1e0 - power(survival, exp(-half_width))) as pct_low,
    100e0 * (1e0 - power(survival, exp(half_width))) as pct_high,
    cast('participations in the register, followed from the start week' as string) as population,
    {{ small_n('at_risk') }} as small_n
from told
