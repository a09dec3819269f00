with counted as (
    select s.project_code, b.dimension, b.category, count(*) as n
    from {{ ref('int_enrolment_backgrounds') }} as b
    inner join {{ ref('int_report_scopes') }} as s on b.project_code = s.member_project_code
    group by s.project_code, b.dimension, b.category
),

grid as (
    select
        s.project_code,
        c.dimension,
        c.category,
        c.sort_order,
        coalesce(n.n, 0) as n,
        sum(coalesce(n.n, 0)) over (partition by s.project_code, c.dimension) as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('int_background_categories') }} as c
    left join counted as n
        on s.project_code = n.project_code and c.dimension = n.dimension and c.category = n.category
)

select
    project_code,
    dimension,
    category,
    {{ share_columns('n', 'denominator', 'participations in the register') }},
    cast(sort_order as integer) as sort_order
from grid
