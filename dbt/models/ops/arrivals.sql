-- Which delivery is late, by the rhythm in which its sender has delivered so far. Monitoring comes per project, the rest for all.
with days as (
    select distinct
        d.source,
        case when d.source = 'monitoring' then r.project_code else 'ALL' end as project_code,
        d.extract_date
    from {{ ref('stg_ledger__deliveries') }} as d
    left join {{ ref('stg_ledger__delivery_rows') }} as r
        on d.delivery_id = r.delivery_id and d.source = 'monitoring' and r.project_code is not null
    where d.verdict = 'read' and (d.source <> 'monitoring' or r.project_code is not null)
),

spaced as (
    select
        source,
        project_code,
        extract_date,
        {{ days_between(
            'lag(extract_date) over (partition by source, project_code order by extract_date)', 'extract_date'
        ) }} as days_since
    from days
),

rhythms as (
    select
        source,
        project_code,
        count(*) as deliveries,
        max(extract_date) as latest_date,
        cast(ceil(median(days_since)) as integer) as usual_days
    from spaced
    group by source, project_code
),

last_starts as (
    select
        project_code,
        max(start_date) as start_date
    from {{ ref('int_enrolments') }}
    group by project_code

    union all

    select
        'ALL' as project_code,
        max(start_date) as start_date
    from {{ ref('int_enrolments') }}
),

dated as (
    select
        r.*,
        n.as_of,
        {{ add_days('r.latest_date', 'r.usual_days') }} as due_date,
        {{ add_months('s.start_date', 12) }} as last_horizon,
        {{ add_months('s.start_date', 24) }} as over_on,
        {{ add_days('r.latest_date', 'r.usual_days + floor(greatest(2, r.usual_days / 4e0))') }} as patient_until
    from rhythms as r
    cross join {{ ref('stg_ledger__night') }} as n
    left join last_starts as s on r.project_code = s.project_code
),

judged as (
    select
        *,
        case
            when latest_date >= last_horizon then 'complete'
            when as_of > over_on then 'over'
            when usual_days is null then 'no_rhythm'
            when as_of > patient_until then 'overdue'
            else 'on_time'
        end as state
    from dated
)

select
    source,
    project_code,
    cast(deliveries as bigint) as deliveries,
    latest_date,
    usual_days,
    due_date,
    state,
    cast(case when state = 'overdue' then {{ days_between('due_date', 'as_of') }} else 0 end as integer) as days_overdue,
    case
        when state = 'overdue' then as_of
        when state = 'on_time' then least(patient_until, coalesce(over_on, patient_until))
        when state = 'no_rhythm' then over_on
    end as stands_until
from judged
