-- The register rows that count, of persons with standing consent: those of the newest pull that contains them.
-- A pull is one file, or the yearly files of one date; pull_id names the files of it that contain the person.
with consenting as (
    select distinct participant_id
    from {{ ref('int_enrolments_consenting_register') }}
),

ranked as (
    select
        p.participant_id,
        p.delivery_id,
        p.sex,
        p.birth_date,
        p.origin,
        rank() over (partition by p.participant_id order by d.precedence desc) as newest_first
    from {{ ref('stg_register__persons') }} as p
    inner join consenting as c on p.participant_id = c.participant_id
    inner join {{ ref('stg_ledger__deliveries') }} as d on p.delivery_id = d.delivery_id and d.verdict = 'read'
),

pulls as (
    select participant_id, {{ joined_text('delivery_id', '+') }} as pull_id
    from ranked
    where newest_first = 1
    group by participant_id
)

select
    r.participant_id,
    r.delivery_id,
    p.pull_id,
    r.sex,
    r.birth_date,
    r.origin
from ranked as r
inner join pulls as p on r.participant_id = p.participant_id
where r.newest_first = 1
