-- One row per participation in the register and background dimension.
select enrolment_id, project_code, 'sex' as dimension, sex as category
from {{ ref('int_enrolments_in_register') }}
union all
select enrolment_id, project_code, 'age_group' as dimension, age_group as category
from {{ ref('int_enrolments_in_register') }}
union all
select enrolment_id, project_code, 'origin' as dimension, origin as category
from {{ ref('int_enrolments_in_register') }}
union all
select enrolment_id, project_code, 'unemployment_band' as dimension, coalesce(unemployment_band, 'unknown') as category
from {{ ref('int_enrolments_in_register') }}
union all
select
    enrolment_id,
    project_code,
    'industry_group' as dimension,
    coalesce(cast(prior_industry_group as string), 'unknown') as category
from {{ ref('int_enrolments_in_register') }}
