-- A printed figure is shown when everything that it is computed from is printed in the open tables: some of the figures in
-- the report give single persons away.
with closed as (
    select 'data_basis' as report_table, project_code, cast(null as varchar) as cell_key, cast(null as integer) as horizon_months
    from {{ ref('open_data_basis') }}
    where suppressed
    union all
    select 'recruitment', project_code, null, null
    from {{ ref('open_recruitment') }}
    where suppressed
    union all
    select 'participant_profile', project_code, dimension || ' ' || category, null
    from {{ ref('open_participant_profile') }}
    where suppressed
    union all
    select 'status_by_horizon', project_code, status, horizon_months
    from {{ ref('open_status_by_horizon') }}
    where suppressed
    union all
    select 'status_by_background', 'ALL', dimension || ' ' || category || ' ' || status, horizon_months
    from {{ ref('open_status_by_background') }}
    where suppressed
    union all
    select 'industry_change', project_code, 'changed', horizon_months
    from {{ ref('open_industry_change') }}
    where suppressed
    union all
    select 'survey_distribution', project_code, variable || ' = ' || cast(answer_code as varchar), null
    from {{ ref('open_survey_distribution') }}
    where suppressed
    union all
    select 'activity_reach', project_code, coalesce(activity_name, core_element) || ' ' || period, null
    from {{ ref('open_activity_reach') }}
    where suppressed
    union all
    select 'enrolments', project_code, 'fund ' || category, null
    from {{ ref('open_representativeness') }}
    where characteristic = 'unemployment_fund' and recruited_n is null
    union all
    -- Groups of projects are not in the open tables.
    select report_table, project_code, cell_key, null
    from {{ ref('published_figure_cells') }}
    where report_table = 'enrolments' and cell_key like 'fund %' and project_code <> 'ALL'
    union all
    select 'enrolments', project_code, 'participations', null
    from {{ ref('open_participant_flow') }}
    where step = 'recruited' and n is null
    union all
    -- The oldest and the youngest are single persons.
    select 'enrolments', null, 'youngest', null
    union all
    select 'enrolments', null, 'oldest', null
    union all
    -- How many groups have anybody says which of the blank ones are not empty.
    select 'enrolments', null, 'unemployment funds', null
    union all
    select 'enrolments', null, 'funds of each project', null
    union all
    -- Not a row of the open tables.
    select 'activity_reach', null, 'upskilling but Snusepraktik during', null
),

closed_figures as (
    select distinct f.figure_id
    from {{ ref('published_figure_cells') }} as f
    inner join closed as c
        on
            f.report_table = c.report_table
            and (c.project_code is null or f.project_code = c.project_code)
            and (c.cell_key is null or f.cell_key = c.cell_key)
            and f.horizon_months is not distinct from c.horizon_months
),

judged as (
    select p.*, f.figure_id is not null as suppressed
    from {{ ref('published_comparison') }} as p
    left join closed_figures as f on p.figure_id = f.figure_id
)

select
    figure_id,
    ref,
    measure,
    project_code,
    dimension,
    category,
    horizon_months,
    comparison,
    unit,
    case when not suppressed then published end as published,
    case when not suppressed then computed end as computed,
    case when not suppressed then numerator end as numerator,
    case when not suppressed then denominator end as denominator,
    case when not suppressed then agrees end as agrees,
    classification,
    explanation,
    case when not suppressed then published_denominator end as published_denominator,
    suppressed
from judged
