-- One row per project and indicator in force, however it is spelled in case.
-- Where a file repeats one, the latest date and then the last row counts.
with ranked as (
    select
        r.*,
        row_number() over (
            partition by r.project_code, lower(r.indicator)
            order by coalesce(r.recorded_date, date '0001-01-01') desc, r.row_number desc
        ) as newest_first
    from {{ ref('stg_results__indicators') }} as r
    inner join {{ in_force('results_indicators') }} as f on r.delivery_id = f.delivery_id
)

select
    project_code,
    indicator,
    -- The indicator that carries the recruitment target.
    lower(indicator) = 'planlagt antal deltagere' as is_recruitment_target,
    target,
    result,
    unit,
    recorded_date,
    result_source,
    delivery_id
from ranked
where newest_first = 1
