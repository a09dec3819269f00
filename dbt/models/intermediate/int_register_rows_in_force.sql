-- The register rows that count, of persons with standing consent: those of the newest pull that contains them.
-- A pull is one file, or the yearly files of one date; pull_id names the files of it that contain the person.
with rows_of_consenting as (
    select participant_id, delivery_id, precedence, sex, birth_date, origin
    from {{ ref('stg_register__persons') }}
    where participant_id in (select c.participant_id from {{ ref('int_enrolments_consenting_register') }} as c)
),

newest as (
    select participant_id, max(precedence) as precedence
    from rows_of_consenting
    group by participant_id
),

in_force as (
    select r.participant_id, r.delivery_id, r.precedence, r.sex, r.birth_date, r.origin
    from rows_of_consenting as r
    inner join newest as n on r.participant_id = n.participant_id and r.precedence = n.precedence
),

-- Names are put together only where a pull has several files.
several_files as (
    select precedence
    from (select distinct precedence, delivery_id from in_force) as files
    group by precedence
    having count(*) > 1
),

joined as (
    select participant_id, {{ joined_text('delivery_id', '+') }} as pull_id
    from in_force
    where precedence in (select s.precedence from several_files as s)
    group by participant_id
)

select
    f.participant_id,
    f.delivery_id,
    coalesce(j.pull_id, f.delivery_id) as pull_id,
    f.precedence,
    f.sex,
    f.birth_date,
    f.origin
from in_force as f
left join joined as j on f.participant_id = j.participant_id
