with backgrounds as (
    select enrolment_id as background_of, dimension, category
    from {{ ref('int_enrolment_backgrounds') }}
),

counted as (
    select
        h.project_code,
        b.dimension,
        b.category,
        h.horizon_months,
        coalesce(h.status, 'not_observed') as status,
        {{ numerator('status_share') }} as n,
        {{ denominator('status_share') }} as in_percentages
    from {{ ref('status_at_horizon') }} as h
    inner join backgrounds as b on h.enrolment_id = b.background_of
    group by h.project_code, b.dimension, b.category, h.horizon_months, coalesce(h.status, 'not_observed')
),

grid as (
    select
        p.project_code,
        b.dimension,
        b.category,
        cast(h.horizon_months as integer) as horizon_months,
        t.status,
        b.sort_order,
        coalesce(c.n, 0) as n,
        case
            when t.in_percentages
                then sum(coalesce(c.in_percentages, 0))
                    over (partition by p.project_code, b.dimension, b.category, h.horizon_months)
        end as denominator
    from {{ ref('projects') }} as p
    cross join {{ ref('int_background_categories') }} as b
    cross join {{ ref('horizons') }} as h
    cross join {{ ref('statuses') }} as t
    left join counted as c
        on
            p.project_code = c.project_code
            and b.dimension = c.dimension
            and b.category = c.category
            and h.horizon_months = c.horizon_months
            and t.status = c.status
)

select
    project_code,
    dimension,
    category,
    horizon_months,
    status,
    {{ share_columns(
        'n',
        'denominator',
        population('status_share') | replace('in the register', 'of the project in the register with the background')
    ) }},
    cast(sort_order as integer) as sort_order
from grid
