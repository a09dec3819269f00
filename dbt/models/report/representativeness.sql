-- Who consented and answered, against everyone recruited.
with grouped as (
    select *, 'consenting_survey' as population_group, consents_survey as in_group
    from {{ ref('int_enrolment_characteristics') }}
    union all
    select *, 'answered', answered
    from {{ ref('int_enrolment_characteristics') }}
    union all
    select *, 'consenting_register', consents_register
    from {{ ref('int_enrolment_characteristics') }}
    union all
    select *, 'in_register', in_register
    from {{ ref('int_enrolment_characteristics') }}
),

counted as (
    select
        s.project_code,
        g.population_group,
        g.characteristic,
        g.category,
        count(case when g.in_group then 1 end) as n,
        count(*) as recruited_n
    from grouped as g
    inner join {{ ref('int_report_scopes') }} as s on g.project_code = s.member_project_code
    group by s.project_code, g.population_group, g.characteristic, g.category
),

categories as (
    select characteristic, category
    from {{ ref('int_enrolment_characteristics') }}
    union
    select 'project' as characteristic, project_code as category
    from {{ ref('projects') }}
    union
    select 'activities_completed' as characteristic, b.band as category
    from (values ('0'), ('1-4'), ('5-9'), ('10+')) as b (band)
),

grid as (
    select
        s.project_code,
        p.population_group,
        k.characteristic,
        k.category,
        coalesce(c.n, 0) as n,
        coalesce(c.recruited_n, 0) as recruited_n,
        sum(coalesce(c.n, 0)) over (partition by s.project_code, p.population_group, k.characteristic) as denominator,
        sum(coalesce(c.recruited_n, 0)) over (partition by s.project_code, p.population_group, k.characteristic)
            as recruited_denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join (
        values ('consenting_survey'), ('answered'), ('consenting_register'), ('in_register')
    ) as p (population_group)
    cross join categories as k
    left join counted as c
        on
            s.project_code = c.project_code
            and p.population_group = c.population_group
            and k.characteristic = c.characteristic
            and k.category = c.category
    -- Within one project there is nothing to divide by project.
    where s.project_code = 'ALL' or k.characteristic <> 'project'
),

shares as (
    select
        *,
        cast(n as double) / nullif(denominator, 0) as p,
        cast(recruited_n as double) / nullif(recruited_denominator, 0) as q
    from grid
)

select
    project_code,
    population_group,
    characteristic,
    category,
    {{ share_columns('n', 'denominator', 'participations of the group') }},
    cast(recruited_n as bigint) as recruited_n,
    cast(recruited_denominator as bigint) as recruited_denominator,
    100e0 * q as recruited_pct,
    case
        when p = q then 0e0
        else (p - q) / nullif(sqrt((p * (1 - p) + q * (1 - q)) / 2), 0)
    end as standardised_difference
from shares
