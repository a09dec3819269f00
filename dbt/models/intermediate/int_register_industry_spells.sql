-- Wage income by month of consenting persons: a filled month is wage income, its code an industry group (11 when not stated).
select
    s.participant_id,
    r.pull_id,
    s.first_month,
    s.last_month,
    -- 999999 begins like a real division: asked for first.
    cast(case when s.industry_code = '999999' then 11 else coalesce(d.industry_group, 11) end as integer) as industry_group
from {{ ref('int_register_rows_in_force') }} as r
inner join {{ ref('stg_register__industry_spells') }} as s
    on r.participant_id = s.participant_id and r.delivery_id = s.delivery_id
left join {{ ref('industry_divisions') }} as d on substr(s.industry_code, 1, 2) = d.division
where r.participant_id in (select c.participant_id from {{ ref('int_enrolments_consenting_register') }} as c)
