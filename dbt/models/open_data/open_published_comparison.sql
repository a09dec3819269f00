-- A printed figure is shown when everything that it is computed from is printed in the open tables or is no count of people:
-- some of the figures in the report give single persons away.
with open_cells as (
    select 'data_basis' as report_table, project_code, cast(null as string) as cell_key, cast(null as integer) as horizon_months
    from {{ ref('open_data_basis') }}
    where not suppressed
    union all
    select 'recruitment', project_code, 'attainment', null
    from {{ ref('open_recruitment') }}
    where not suppressed
    union all
    select 'participant_profile', project_code, dimension || ' ' || category, null
    from {{ ref('open_participant_profile') }}
    where not suppressed
    union all
    select 'status_by_horizon', project_code, status, horizon_months
    from {{ ref('open_status_by_horizon') }}
    where not suppressed
    union all
    select 'status_by_background', 'ALL', dimension || ' ' || category || ' ' || status, horizon_months
    from {{ ref('open_status_by_background') }}
    where not suppressed
    union all
    select 'industry_change', project_code, 'changed', horizon_months
    from {{ ref('open_industry_change') }}
    where not suppressed
    union all
    select 'survey_distribution', project_code, variable || ' = ' || cast(answer_code as string), null
    from {{ ref('open_survey_distribution') }}
    where not suppressed
    union all
    select 'activity_reach', project_code, coalesce(activity_name, core_element) || ' ' || period, null
    from {{ ref('open_activity_reach') }}
    where not suppressed
    union all
    select 'enrolments', project_code, 'fund ' || category, null
    from {{ ref('open_representativeness') }}
    where characteristic = 'unemployment_fund' and recruited_n is not null
    union all
    select 'enrolments', project_code, 'participations', null
    from {{ ref('open_participant_flow') }}
    where step = 'recruited' and n is not null
    union all
    select report_table, project_code, cell_key, horizon_months
    from {{ ref('published_figure_cells') }}
    where
        report_table in ('project_results', 'survey_codebook')
        or (report_table = 'recruitment' and cell_key = 'planned')
        or (report_table = 'status_by_horizon' and cell_key = 'horizon')
        or (report_table = 'enrolments' and cell_key in ('projects', 'course rounds'))
        or (project_code = 'ALL' and cell_key like 'median %')
),

closed_figures as (
    select distinct f.figure_id
    from {{ ref('published_figure_cells') }} as f
    left join open_cells as c
        on
            f.report_table = c.report_table
            and f.project_code = c.project_code
            and (c.cell_key is null or f.cell_key = c.cell_key)
            and f.horizon_months is not distinct from c.horizon_months
    where c.report_table is null
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
