with persons as (
    select distinct participant_id
    from {{ ref('int_enrolments_in_register') }}
)

select
    s.participant_id,
    s.benefit_code,
    {{ week_label('s.first_week') }} as first_week,
    {{ week_label('s.last_week') }} as last_week,
    cast(s.last_week - s.first_week + 1 as integer) as weeks,
    s.pull_id as delivery_id
from {{ ref('int_register_benefit_spells') }} as s
inner join persons as p on s.participant_id = p.participant_id
