with counted as (
    select
        s.project_code,
        {{ first_of_month('a.activity_date') }} as month,
        a.core_element,
        {{ measure('completed') }} as completed,
        {{ measure('cancelled') }} as cancelled,
        {{ measure('postponed') }} as postponed
    from {{ ref('activities') }} as a
    inner join {{ ref('int_report_scopes') }} as s on a.project_code = s.member_project_code
    group by s.project_code, {{ first_of_month('a.activity_date') }}, a.core_element
),

scopes as (
    select distinct project_code
    from {{ ref('int_report_scopes') }}
),

months as (
    select distinct month
    from counted
),

core_elements as (
    select distinct core_element
    from {{ ref('activity_types') }}
)

select
    s.project_code,
    m.month,
    k.core_element,
    coalesce(c.completed, 0) as completed,
    coalesce(c.cancelled, 0) as cancelled,
    coalesce(c.postponed, 0) as postponed
from scopes as s
cross join months as m
cross join core_elements as k
left join counted as c on s.project_code = c.project_code and m.month = c.month and k.core_element = c.core_element
