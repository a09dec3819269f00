-- The computed tables as single cells with one shape, so that a printed figure can name the cells it rests on.
-- A cell has a numerator and denominator (a share) or a value (a count, an age, a target).
with basis as (
    select * from {{ ref('data_basis') }}
),

enrolled as (
    select
        s.project_code,
        e.project_code as member_project_code,
        e.enrolment_id,
        e.unemployment_fund,
        e.course_round,
        e.start_date,
        e.end_date,
        e.age_at_start
    from {{ ref('int_report_scopes') }} as s
    inner join {{ ref('enrolments') }} as e on s.member_project_code = e.project_code
),

shares as (
    select
        'data_basis' as report_table,
        project_code,
        'response_rate' as cell_key,
        cast(null as integer) as horizon_months,
        answered as n,
        invited as denominator
    from basis
    union all
    select 'data_basis', project_code, 'answered_of_recruited', null, answered, recruited
    from basis
    union all
    select 'data_basis', project_code, 'register_coverage', null, in_register, recruited
    from basis
    union all
    select 'data_basis', project_code, 'without_survey_consent', null, recruited - consenting_survey, recruited
    from basis
    union all
    select 'recruitment', project_code, 'attainment', null, recruited, planned
    from {{ ref('recruitment') }}
    union all
    select 'participant_profile', project_code, dimension || ' ' || category, null, n, denominator
    from {{ ref('participant_profile') }}
    union all
    select 'status_by_horizon', project_code, status, horizon_months, n, denominator
    from {{ ref('status_by_horizon') }}
    union all
    select 'status_by_background', 'ALL', dimension || ' ' || category || ' ' || status, horizon_months, n, denominator
    from {{ ref('status_by_background') }}
    union all
    select 'industry_change', project_code, 'changed', horizon_months, n, denominator
    from {{ ref('industry_change') }}
    union all
    select 'survey_distribution', project_code, variable || ' = ' || cast(answer_code as string), null, n, denominator
    from {{ ref('survey_distribution') }}
    union all
    select 'activity_reach', project_code, coalesce(activity_name, core_element) || ' ' || period, null, n, denominator
    from {{ ref('activity_reach') }}
    union all
    -- Not a row of the report: courses are the upskilling activities without taster courses at a school.
    select
        'activity_reach',
        e.project_code,
        'upskilling but Snusepraktik during',
        null,
        count(distinct a.enrolment_id),
        count(distinct e.enrolment_id)
    from enrolled as e
    left join {{ ref('int_activities_completed') }} as a
        on
            e.enrolment_id = a.enrolment_id
            and a.core_element = 'upskilling'
            and a.activity_name <> 'Snusepraktik'
            and a.period = 'during'
    group by e.project_code
),

counts as (
    select
        'data_basis' as report_table,
        project_code,
        'recruited' as cell_key,
        cast(null as integer) as horizon_months,
        cast(recruited as double) as cell_value
    from basis
    union all
    select 'data_basis', project_code, 'invited', null, invited
    from basis
    union all
    select 'data_basis', project_code, 'answered', null, answered
    from basis
    union all
    select 'data_basis', project_code, 'in_register', null, in_register
    from basis
    union all
    select 'recruitment', project_code, 'planned', null, planned
    from {{ ref('recruitment') }}
    union all
    select 'status_by_horizon', 'ALL', 'horizon', horizon_months, max(horizon_months)
    from {{ ref('status_by_horizon') }}
    group by horizon_months
    union all
    select 'project_results', project_code, 'target ' || indicator, null, target
    from {{ ref('project_results') }}
    union all
    select 'project_results', project_code, 'result ' || indicator, null, own_result
    from {{ ref('project_results') }}
    union all
    select 'survey_codebook', 'ALL', 'questions', null, count(distinct question)
    from {{ ref('int_survey_codebook') }}
    union all
    select 'enrolments', project_code, 'participations', null, count(*)
    from enrolled
    group by project_code
    union all
    select 'enrolments', project_code, 'projects', null, count(distinct member_project_code)
    from enrolled
    group by project_code
    union all
    select 'enrolments', 'ALL', 'funds of each project', null, count(distinct member_project_code || ' ' || unemployment_fund)
    from enrolled
    union all
    select 'enrolments', project_code, 'unemployment funds', null, count(distinct unemployment_fund)
    from enrolled
    group by project_code
    union all
    select 'enrolments', project_code, 'course rounds', null, count(distinct course_round)
    from enrolled
    group by project_code
    union all
    select 'enrolments', project_code, 'youngest', null, min(age_at_start)
    from enrolled
    group by project_code
    union all
    select 'enrolments', project_code, 'oldest', null, max(age_at_start)
    from enrolled
    group by project_code
    union all
    select
        'enrolments',
        project_code,
        'median weeks from start to end',
        null,
        {{ median_of(days_between('start_date', 'end_date') ~ ' / 7e0') }}
    from enrolled
    group by project_code
    union all
    select
        'survey_responses',
        'ALL',
        'median months from start to sending',
        null,
        {{ median_of(days_between('e.start_date', 'r.sent_date') ~ ' * 12 / 365.25e0') }}
    from {{ ref('survey_responses') }} as r
    inner join {{ ref('enrolments') }} as e on r.enrolment_id = e.enrolment_id
    union all
    select 'enrolments', project_code, 'fund ' || unemployment_fund, null, count(*)
    from enrolled
    group by project_code, unemployment_fund
)

select
    report_table,
    project_code,
    cell_key,
    horizon_months,
    cast(n as bigint) as n,
    cast(denominator as bigint) as denominator,
    cast(null as double) as cell_value
from shares
union all
select
    report_table,
    project_code,
    cell_key,
    horizon_months,
    cast(null as bigint) as n,
    cast(null as bigint) as denominator,
    cast(cell_value as double) as cell_value
from counts
