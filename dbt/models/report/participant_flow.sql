-- A row is a step that was reached or a reason why it was not.
with placed as (
    select s.project_code, p.enrolment_id, p.participant_id, p.path, p.horizon_months, p.from_step, p.lost_at, p.reason
    from {{ ref('int_flow_positions') }} as p
    inner join {{ ref('int_report_scopes') }} as s on p.project_code = s.member_project_code
),

-- Every step that a participation was up for, and how it ended there.
events as (
    select
        p.project_code,
        p.enrolment_id,
        p.participant_id,
        f.path,
        f.step_order,
        p.horizon_months,
        f.reason,
        f.reason_order
    from placed as p
    inner join {{ ref('flow_steps') }} as f
        on
            p.path = f.path
            and f.per_horizon = (p.horizon_months is not null)
            and (
                (f.reason is null and f.step_order < coalesce(p.lost_at, 99))
                or (p.lost_at = f.step_order and p.reason = f.reason)
            )
),

-- A person's best outcome at each step: kept, else the reason that is listed first.
persons as (
    select project_code, participant_id, path, step_order, horizon_months, min(reason_order) as reason_order
    from events
    group by project_code, participant_id, path, step_order, horizon_months
),

participations_counted as (
    select project_code, path, step_order, horizon_months, reason_order, count(*) as n
    from events
    group by project_code, path, step_order, horizon_months, reason_order
),

persons_counted as (
    select project_code, path, step_order, horizon_months, reason_order, count(*) as persons
    from persons
    group by project_code, path, step_order, horizon_months, reason_order
),

steps as (
    select f.*, cast(null as integer) as horizon_months
    from {{ ref('flow_steps') }} as f
    where not f.per_horizon
    union all
    select f.*, cast(h.horizon_months as integer) as horizon_months
    from {{ ref('flow_steps') }} as f
    cross join {{ ref('horizons') }} as h
    where f.per_horizon
)

select
    s.project_code,
    f.path,
    cast(f.step_order as integer) as step_order,
    f.step,
    f.horizon_months,
    case when f.reason is null then 'kept' else 'lost' end as outcome,
    f.reason,
    coalesce(n.n, 0) as n,
    coalesce(p.persons, 0) as persons,
    cast(f.reason_order as integer) as reason_order
from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
cross join steps as f
left join participations_counted as n
    on
        s.project_code = n.project_code
        and f.path = n.path
        and f.step_order = n.step_order
        and f.horizon_months is not distinct from n.horizon_months
        and f.reason_order = n.reason_order
left join persons_counted as p
    on
        s.project_code = p.project_code
        and f.path = p.path
        and f.step_order = p.step_order
        and f.horizon_months is not distinct from p.horizon_months
        and f.reason_order = p.reason_order
