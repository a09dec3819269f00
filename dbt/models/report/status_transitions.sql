-- Status at a horizon by status at the one before.
with steps as (
    select
        f.project_code,
        f.horizon_months as from_horizon,
        t.horizon_months as to_horizon,
        coalesce(f.status, 'not_observed') as from_status,
        coalesce(t.status, 'not_observed') as to_status
    from {{ ref('status_at_horizon') }} as f
    inner join {{ ref('status_at_horizon') }} as t on f.enrolment_id = t.enrolment_id
    inner join {{ ref('horizons') }} as h on t.horizon_months = h.horizon_months and f.horizon_months = h.previous_horizon
),

counted as (
    select s.project_code, x.from_horizon, x.from_status, x.to_status, count(*) as n
    from steps as x
    inner join {{ ref('int_report_scopes') }} as s on x.project_code = s.member_project_code
    group by s.project_code, x.from_horizon, x.from_status, x.to_status
),

grid as (
    select
        s.project_code,
        h.previous_horizon as from_horizon,
        h.horizon_months as to_horizon,
        f.status as from_status,
        t.status as to_status,
        coalesce(c.n, 0) as n,
        case
            when f.in_percentages and t.in_percentages
                then sum(case when t.in_percentages then coalesce(c.n, 0) else 0 end)
                    over (partition by s.project_code, h.horizon_months, f.status)
        end as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    inner join {{ ref('horizons') }} as h on h.previous_horizon is not null
    cross join {{ ref('statuses') }} as f
    cross join {{ ref('statuses') }} as t
    left join counted as c
        on
            s.project_code = c.project_code
            and h.previous_horizon = c.from_horizon
            and f.status = c.from_status
            and t.status = c.to_status
)

select
    project_code,
    cast(from_horizon as integer) as from_horizon,
    cast(to_horizon as integer) as to_horizon,
    from_status,
    to_status,
    {{ share_columns('n', 'denominator', 'participations in the register with the earlier status, in the percentages at both horizons') }}
from grid
