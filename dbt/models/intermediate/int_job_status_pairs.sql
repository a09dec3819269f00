-- A project's own job status beside the register's at the nearest horizon; a participation counts once per horizon.
with pairs as (
    select
        j.enrolment_id,
        j.project_code,
        j.recorded_date,
        j.row_number,
        j.job_status,
        h.horizon_months,
        h.status,
        abs({{ days_between('h.horizon_date', 'j.recorded_date') }}) as days_apart
    from {{ ref('int_enrolments_consenting_register') }} as c
    inner join {{ ref('job_statuses') }} as j on c.enrolment_id = j.enrolment_id
    inner join {{ ref('status_at_horizon') }} as h on j.enrolment_id = h.enrolment_id
),

nearest_horizon as (
    select
        *,
        row_number() over (
            partition by enrolment_id, row_number, recorded_date, job_status order by days_apart, horizon_months
        ) as horizon_rank
    from pairs
),

nearest_record as (
    select
        *,
        row_number() over (
            partition by enrolment_id, horizon_months order by days_apart asc, recorded_date desc, row_number desc
        ) as record_rank
    from nearest_horizon
    where horizon_rank = 1
)

select
    enrolment_id,
    project_code,
    horizon_months,
    job_status,
    coalesce(status, 'not_observed') as status
from nearest_record
where record_rank = 1
