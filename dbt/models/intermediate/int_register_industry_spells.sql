{{ config(materialized='view') }}
-- Wage income by month: a filled month is wage income, its code an industry group (11 when not stated).
-- Whose spells count is asked where they are read, as for benefits.
select
    s.participant_id,
    s.precedence,
    s.first_month,
    s.last_month,
    -- 999999 begins like a real division: asked for first.
    cast(case when s.industry_code = '999999' then 11 else coalesce(d.industry_group, 11) end as integer) as industry_group
from {{ ref('stg_register__industry_spells') }} as s
left join {{ ref('industry_divisions') }} as d on substr(s.industry_code, 1, 2) = d.division
