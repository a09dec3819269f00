-- Every count of people in the report's tables, each once, wherever it stands, and whether the open tables print it.
with counted as (
    {{ open_counts() }}
),

-- Nobody prints how many activities a core element had in all months together: it ties them to whom they reached.
in_all_months as (
    {%- set everything = cell("'activities'", attribute='core_element', status="'completed'", level=3) %}
    select
        {{ cell_id(everything) }} as cell_id,
        'activities' as population,
        project_code,
        core_element as attribute,
        'all' as moment,
        'completed' as status,
        3 as level,
        cast(sum(completed) as bigint) as cell_value,
        cast(0 as bigint) as contributors,
        false as printed
    from {{ ref('activity_timeline') }}
    group by project_code, core_element
),

cells as (
    select cell_id, population, project_code, attribute, moment, status, level, cell_value, contributors, printed
    from counted
    union all
    select cell_id, population, project_code, attribute, moment, status, level, cell_value, contributors, printed
    from in_all_months
),

-- Activities are counted, people are protected.
active as (
    select
        s.project_code,
        a.core_element,
        cast({{ first_of_month('a.activity_date') }} as string) as month,
        a.activity_status,
        count(distinct a.participant_id) as persons
    from {{ ref('activities') }} as a
    inner join {{ ref('int_report_scopes') }} as s on a.project_code = s.member_project_code
    group by s.project_code, a.core_element, cast({{ first_of_month('a.activity_date') }} as string), a.activity_status
)

select
    p.cell_id,
    p.population,
    p.project_code,
    p.attribute,
    p.moment,
    p.status,
    cast(min(p.level) as integer) as level,
    max(p.cell_value) as cell_value,
    max(coalesce(a.persons, p.contributors)) as contributors,
    bool_or(p.printed) as printed,
    -- Equal coordinates are the same people; a test holds it.
    count(distinct p.cell_value) as different_values
from cells as p
left join active as a
    on
        p.population = 'activities'
        and p.project_code = a.project_code
        and p.attribute = a.core_element
        and p.moment = a.month
        and p.status = a.activity_status
group by p.cell_id, p.population, p.project_code, p.attribute, p.moment, p.status
