-- When each participation in the register began its first lasting job, and through which week that could be told.
-- Lasting: 13 weeks of employment in a row, whichever week of the first year it begins in. Weeks 0-65 are looked at.
with weeks as (
    select
        enrolment_id,
        project_code,
        offset_number as week,
        status,
        status = 'employment' as employed,
        status is null or status = 'left_population' as out_of_sight
    from {{ ref('int_weekly_statuses') }}
    where asked_for = 'week'
),

followed as (
    select enrolment_id, coalesce(min(case when out_of_sight then week end), 66) as weeks_followed
    from weeks
    group by enrolment_id
),

-- Runs of employment: their number of weeks passed without it is the same all along the run.
in_sight as (
    select
        w.enrolment_id,
        w.week,
        w.employed,
        f.weeks_followed,
        sum(case when w.employed then 0 else 1 end) over (partition by w.enrolment_id order by w.week) as run_number
    from weeks as w
    inner join followed as f on w.enrolment_id = f.enrolment_id
    where w.week < f.weeks_followed
),

runs as (
    select enrolment_id, weeks_followed, min(week) as first_week, count(*) as weeks
    from in_sight
    where employed
    group by enrolment_id, weeks_followed, run_number
),

first_jobs as (
    select enrolment_id, min(first_week) as job_week
    from runs
    where weeks >= 13
    group by enrolment_id
),

-- An unfinished run at the end tells nothing.
open_ends as (
    select enrolment_id, first_week as weeks_told
    from runs
    where weeks < 13 and first_week + weeks = weeks_followed
),

participations as (
    select distinct enrolment_id, project_code
    from weeks
)

select
    p.enrolment_id,
    p.project_code,
    cast(j.job_week as integer) as job_week,
    cast(coalesce(o.weeks_told, f.weeks_followed) as integer) as weeks_told
from participations as p
inner join followed as f on p.enrolment_id = f.enrolment_id
left join first_jobs as j on p.enrolment_id = j.enrolment_id
left join open_ends as o on p.enrolment_id = o.enrolment_id
