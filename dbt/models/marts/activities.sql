with placed as (
    select
        a.*,
        e.enrolment_id,
        e.start_date,
        e.end_date,
        row_number() over (
            partition by a.delivery_id, a.row_number
            order by {{ participation_order('e.start_date', 'a.activity_date') }}
        ) as best_first
    from {{ ref('stg_monitoring__activities') }} as a
    inner join {{ in_force('monitoring_activities') }} as f
        on a.delivery_id = f.delivery_id and a.project_code = f.project_code
    inner join {{ ref('int_enrolments') }} as e
        on a.participant_id = e.participant_id and a.project_code = e.project_code
),

-- Equal rows are told apart by their order, so that the key survives a new snapshot of the same activities.
numbered as (
    select
        *,
        row_number() over (
            partition by enrolment_id, activity_date, activity_name, hours, mode, activity_status order by row_number
        ) as repetition
    from placed
    where best_first = 1
)

select
    {{ hashed_key(['n.enrolment_id', 'n.activity_date', 'n.activity_name', 'n.hours', 'n.mode', 'n.activity_status', 'n.repetition']) }}
        as activity_id,
    n.enrolment_id,
    n.participant_id,
    n.project_code,
    n.activity_date,
    n.activity_name,
    coalesce(t.core_element, 'other') as core_element,
    n.hours,
    n.mode,
    n.activity_status,
    case
        when n.activity_date < n.start_date then 'before'
        when n.activity_date <= coalesce(n.end_date, {{ add_days('n.start_date', 182) }}) then 'during'
        else 'after'
    end as period,
    n.delivery_id
from numbered as n
left join {{ ref('activity_types') }} as t on n.activity_name = t.activity_name
