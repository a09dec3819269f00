-- Can the printed percentage be a share of whole people? From printed figures alone: percentages, and the numbers they stand on.
with figures as (
    select p.figure_id, p.project_code, p.measure, p.source, p.value, p.denominator, s.decimals
    from {{ ref('published_figures') }} as p
    inner join {{ ref('published_figure_sources') }} as s on p.figure_id = s.figure_id
    where p.unit = 'pct' and p.comparison = 'eq'
),

-- How many took part, and how many were in the register, as printed for each project.
volumes as (
    select project_code, 'recruited' as base, max(value) as base_n
    from {{ ref('published_figures') }}
    where measure = 'participants' and dimension is null and project_code <> 'ALL'
    group by project_code
    union all
    select project_code, 'in_register', max(value)
    from {{ ref('published_figures') }}
    where measure = 'register_complete'
    group by project_code
),

based as (
    select figure_id, project_code, measure, value, decimals, 'printed' as base, cast(denominator as bigint) as base_n
    from figures
    where denominator is not null
    union all
    select f.figure_id, f.project_code, f.measure, f.value, f.decimals, v.base, cast(v.base_n as bigint)
    from figures as f
    inner join volumes as v
        on
            f.project_code = v.project_code
            and v.base = case f.source when 'project_report' then 'recruited' when 'register' then 'in_register' end
    where f.denominator is null
),

-- The counts at the edges of what rounds half up to the printed percentage.
edges as (
    select
        *,
        cast(ceil((value - 0.5e0 / power(10, decimals)) * base_n / 100e0 - 1e-9) as bigint) as count_low,
        cast(ceil((value + 0.5e0 / power(10, decimals)) * base_n / 100e0 - 1e-9) as bigint) - 1 as count_high
    from based
)

select
    figure_id,
    project_code,
    measure,
    value as published,
    decimals,
    base,
    base_n,
    count_low <= count_high as feasible,
    case when count_low <= count_high then count_low end as count_low,
    case when count_low <= count_high then count_high end as count_high,
    cast({{ round_half_up('100e0 * (count_low - 1) / base_n', 'decimals') }} as double) as nearest_low,
    cast({{ round_half_up('100e0 * (count_high + 1) / base_n', 'decimals') }} as double) as nearest_high
from edges
