with employed as (
    select
        s.project_code,
        h.horizon_months,
        {{ denominator('industry_change') }} as employed,
        {{ numerator('industry_change') }} as changed,
        {{ denominator('industry_change') }} - count(h.industry_changed) as unknown
    from {{ ref('status_at_horizon') }} as h
    inner join {{ ref('int_report_scopes') }} as s on h.project_code = s.member_project_code
    group by s.project_code, h.horizon_months
),

grid as (
    select
        s.project_code,
        cast(h.horizon_months as integer) as horizon_months,
        coalesce(e.changed, 0) as n,
        coalesce(e.employed, 0) as denominator,
        coalesce(e.unknown, 0) as unknown
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('horizons') }} as h
    left join employed as e on s.project_code = e.project_code and h.horizon_months = e.horizon_months
)

select
    project_code,
    horizon_months,
    {{ share_columns('n', 'denominator', population('industry_change')) }},
    cast(unknown as bigint) as unknown
from grid
