with placed as (
    select
        j.*,
        e.enrolment_id,
        row_number() over (
            partition by j.delivery_id, j.row_number
            order by {{ participation_order('e.start_date', 'j.recorded_date') }}
        ) as best_first
    from {{ ref('stg_monitoring__job_statuses') }} as j
    inner join {{ in_force('monitoring_job_statuses') }} as f
        on j.delivery_id = f.delivery_id and j.project_code = f.project_code
    inner join {{ ref('int_enrolments') }} as e
        on j.participant_id = e.participant_id and j.project_code = e.project_code
)

select enrolment_id, project_code, recorded_date, job_status, delivery_id, row_number
from placed
where best_first = 1
