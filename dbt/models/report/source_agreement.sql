with counted as (
    select s.project_code, p.horizon_months, p.job_status, p.status, count(*) as n
    from {{ ref('int_job_status_pairs') }} as p
    inner join {{ ref('int_report_scopes') }} as s on p.project_code = s.member_project_code
    group by s.project_code, p.horizon_months, p.job_status, p.status
),

grid as (
    select
        s.project_code,
        cast(h.horizon_months as integer) as horizon_months,
        j.job_status,
        t.status,
        case when t.in_percentages and j.job_status <> 'other' then coalesce(t.job_status = j.job_status, false) end as agrees,
        coalesce(c.n, 0) as n,
        case
            when t.in_percentages
                then sum(case when t.in_percentages then coalesce(c.n, 0) else 0 end)
                    over (partition by s.project_code, h.horizon_months, j.job_status)
        end as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('horizons') }} as h
    cross join {{ ref('job_statuses_compared') }} as j
    cross join {{ ref('statuses') }} as t
    left join counted as c
        on
            s.project_code = c.project_code
            and h.horizon_months = c.horizon_months
            and j.job_status = c.job_status
            and t.status = c.status
)

select
    project_code,
    horizon_months,
    job_status,
    status,
    {{ share_columns('n', 'denominator', 'participations in the register with the job status by the project, inside the percentages') }},
    agrees
from grid
