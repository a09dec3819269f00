with counted as (
    select s.project_code, i.disposition, count(*) as n
    from {{ ref('int_invited_dispositions') }} as i
    inner join {{ ref('int_report_scopes') }} as s on i.project_code = s.member_project_code
    group by s.project_code, i.disposition
),

grid as (
    select
        s.project_code,
        d.disposition,
        d.sort_order,
        coalesce(c.n, 0) as n,
        sum(coalesce(c.n, 0)) over (partition by s.project_code) as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('dispositions') }} as d
    left join counted as c on s.project_code = c.project_code and d.disposition = c.disposition
)

select
    project_code,
    disposition,
    {{ share_columns('n', 'denominator', 'survey-consenting participations with an invitation') }},
    cast(sort_order as integer) as sort_order
from grid
