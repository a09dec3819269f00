-- What took place before the start belongs to no course.
select activity_id, enrolment_id, project_code, core_element, activity_name, period
from {{ ref('activities') }}
where activity_status = 'completed' and period <> 'before'
