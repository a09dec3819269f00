-- Each activity is counted under its name and under its whole core element.
with levelled as (
    select enrolment_id, project_code, 'activity_name' as reach_level, core_element, activity_name, activity_status, period
    from {{ ref('activities') }}
    union all
    select enrolment_id, project_code, 'core_element' as reach_level, core_element, null as activity_name, activity_status, period
    from {{ ref('activities') }}
),

kinds as (
    select 'activity_name' as reach_level, core_element, activity_name
    from {{ ref('activity_types') }}
    union
    select 'activity_name' as reach_level, core_element, activity_name
    from {{ ref('activities') }}
    union
    select 'core_element' as reach_level, core_element, null as activity_name
    from {{ ref('activity_types') }}
),

reached as (
    select
        s.project_code,
        l.reach_level,
        l.core_element,
        l.activity_name,
        l.period,
        {{ numerator('activity_reach') }} as n
    from levelled as l
    inner join {{ ref('int_report_scopes') }} as s on l.project_code = s.member_project_code
    group by s.project_code, l.reach_level, l.core_element, l.activity_name, l.period
),

enrolled as (
    select s.project_code, {{ denominator('activity_reach') }} as denominator
    from {{ ref('int_report_scopes') }} as s
    left join {{ ref('enrolments') }} as e on s.member_project_code = e.project_code
    group by s.project_code
),

periods as (
    select 'during' as period
    union all
    select 'after' as period
),

grid as (
    select
        d.project_code,
        k.reach_level,
        k.core_element,
        k.activity_name,
        p.period,
        coalesce(r.n, 0) as n,
        d.denominator
    from enrolled as d
    cross join kinds as k
    cross join periods as p
    left join reached as r
        on
            d.project_code = r.project_code
            and k.reach_level = r.reach_level
            and k.core_element = r.core_element
            and k.activity_name is not distinct from r.activity_name
            and p.period = r.period
)

select
    project_code,
    core_element,
    activity_name,
    period,
    {{ share_columns('n', 'denominator', population('activity_reach')) }},
    reach_level
from grid
