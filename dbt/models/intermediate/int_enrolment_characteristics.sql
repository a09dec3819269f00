-- What is known of every recruited participation, whoever consented.
with completed as (
    select a.enrolment_id, count(*) as activities
    from {{ ref('int_activities_completed') }} as a
    group by a.enrolment_id
),

known as (
    select
        e.*,
        coalesce(c.activities, 0) as activities
    from {{ ref('enrolments') }} as e
    left join completed as c on e.enrolment_id = c.enrolment_id
),

characteristics as (
    select enrolment_id, 'project' as characteristic, project_code as category
    from known
    union all
    select enrolment_id, 'unemployment_fund', unemployment_fund
    from known
    union all
    select enrolment_id, 'recruitment_method', recruitment_method
    from known
    union all
    select enrolment_id, 'start_year', cast(extract(year from start_date) as string)
    from known
    union all
    select
        enrolment_id,
        'activities_completed',
        case
            when activities = 0 then '0'
            when activities < 5 then '1-4'
            when activities < 10 then '5-9'
            else '10+'
        end
    from known
)

select
    k.enrolment_id,
    k.project_code,
    k.consents_survey,
    k.answered,
    k.consents_register,
    k.in_register,
    c.characteristic,
    coalesce(c.category, 'unknown') as category
from characteristics as c
inner join known as k on c.enrolment_id = k.enrolment_id
