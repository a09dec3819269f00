with counted as (
    select
        s.project_code,
        h.horizon_months,
        coalesce(h.status, 'not_observed') as status,
        {{ numerator('status_share') }} as n,
        {{ denominator('status_share') }} as in_percentages
    from {{ ref('status_at_horizon') }} as h
    inner join {{ ref('int_report_scopes') }} as s on h.project_code = s.member_project_code
    group by s.project_code, h.horizon_months, coalesce(h.status, 'not_observed')
),

grid as (
    select
        s.project_code,
        cast(h.horizon_months as integer) as horizon_months,
        t.status,
        coalesce(c.n, 0) as n,
        case
            when t.in_percentages
                then sum(coalesce(c.in_percentages, 0))
                    over (partition by s.project_code, h.horizon_months)
        end as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('horizons') }} as h
    cross join {{ ref('statuses') }} as t
    left join counted as c
        on s.project_code = c.project_code and h.horizon_months = c.horizon_months and t.status = c.status
)

select
    project_code,
    horizon_months,
    status,
    {{ share_columns('n', 'denominator', population('status_share')) }}
from grid
