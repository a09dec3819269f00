-- Where each participation stands in the flow: the steps it reached, and why it came no further.
with given as (
    select
        c.participant_id,
        c.project_code,
        bool_or(c.covers_survey) as gave_survey,
        bool_or(c.covers_register) as gave_register
    from {{ ref('stg_consent__declarations') }} as c
    inner join {{ in_force('consent_declarations') }} as f on c.delivery_id = f.delivery_id
    cross join {{ ref('stg_ledger__night') }} as n
    where c.given_date <= n.as_of
    group by c.participant_id, c.project_code
),

enrolled as (
    select
        e.*,
        coalesce(g.gave_survey, false) as gave_survey,
        coalesce(g.gave_register, false) as gave_register
    from {{ ref('enrolments') }} as e
    left join given as g on e.participant_id = g.participant_id and e.project_code = g.project_code
),

survey as (
    select
        e.enrolment_id,
        e.participant_id,
        e.project_code,
        'survey' as path,
        cast(null as integer) as horizon_months,
        case
            when not e.consents_survey then 2
            when i.enrolment_id is null then 3
            when i.disposition <> 'complete' then 4
        end as lost_at,
        case
            when not e.consents_survey and e.gave_survey then 'withdrawn'
            when not e.consents_survey then 'no_consent'
            when i.enrolment_id is null then 'not_invited'
            when i.disposition <> 'complete' then i.disposition
        end as reason
    from enrolled as e
    left join {{ ref('int_invited_dispositions') }} as i on e.enrolment_id = i.enrolment_id
),

register as (
    select
        e.enrolment_id,
        e.participant_id,
        e.project_code,
        case
            when not e.consents_register then 2
            when not e.in_register then 3
        end as lost_at,
        case
            when e.in_register then null
            when not e.consents_register and e.gave_register then 'withdrawn'
            when not e.consents_register then 'no_consent'
            when p.participant_id is null then 'not_in_pull'
            when p.sex is null or p.birth_date is null or p.origin is null then 'background_missing'
            else 'start_outside_pull'
        end as reason
    from enrolled as e
    left join {{ ref('int_enrolments_consenting_register') }} as c on e.enrolment_id = c.enrolment_id
    left join {{ ref('int_register_persons') }} as p on c.participant_id = p.participant_id
),

horizons as (
    select
        r.enrolment_id,
        r.participant_id,
        r.project_code,
        'register' as path,
        h.horizon_months,
        case
            when not h.observed then 4
            when not t.in_percentages then 5
        end as lost_at,
        case
            when not h.observed then 'not_observed'
            when not t.in_percentages then h.status
        end as reason
    from register as r
    inner join {{ ref('status_at_horizon') }} as h on r.enrolment_id = h.enrolment_id
    left join {{ ref('statuses') }} as t on h.status = t.status
)

select enrolment_id, participant_id, project_code, path, horizon_months, 1 as from_step, lost_at, reason
from survey
union all
select enrolment_id, participant_id, project_code, 'register', cast(null as integer), 1, lost_at, reason
from register
union all
select enrolment_id, participant_id, project_code, path, horizon_months, 4, lost_at, reason
from horizons
