with counted as (
    select
        s.project_code,
        d.horizon_months,
        d.variant,
        count(case when d.in_percentages then 1 end) as denominator,
        count(case when d.in_percentages and d.employed then 1 end) as n
    from {{ ref('int_employment_by_definition') }} as d
    inner join {{ ref('int_report_scopes') }} as s on d.project_code = s.member_project_code
    group by s.project_code, d.horizon_months, d.variant
),

grid as (
    select
        s.project_code,
        h.horizon_months,
        v.variant,
        coalesce(c.n, 0) as n,
        coalesce(c.denominator, 0) as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('horizons') }} as h
    cross join {{ ref('definition_variants') }} as v
    left join counted as c
        on s.project_code = c.project_code and h.horizon_months = c.horizon_months and v.variant = c.variant
),

shares as (
    select
        project_code,
        cast(horizon_months as integer) as horizon_months,
        variant,
        {{ share_columns('n', 'denominator', 'participations in the register, observed and in the percentages by the variant') }}
    from grid
)

select
    s.*,
    s.pct - d.pct as difference
from shares as s
inner join shares as d
    on s.project_code = d.project_code and s.horizon_months = d.horizon_months and d.variant = 'as_defined'
