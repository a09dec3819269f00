-- Completed activities and when they took place.
-- During: from start to end date, 26 weeks from the start when the end is missing. After: later.
select
    a.activity_id,
    a.enrolment_id,
    a.project_code,
    a.core_element,
    a.activity_name,
    case
        when a.activity_date <= coalesce(e.end_date, {{ add_days('e.start_date', 182) }}) then 'during'
        else 'after'
    end as period
from {{ ref('activities') }} as a
inner join {{ ref('enrolments') }} as e on a.enrolment_id = e.enrolment_id
-- What took place before the start belongs to neither.
where a.activity_status = 'completed' and a.activity_date >= e.start_date
