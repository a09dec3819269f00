-- Every category of every background dimension, in the order the tables show them.
select dimension, category, sort_order
from {{ ref('background_values') }}
union all
select 'age_group' as dimension, age_group as category, sort_order
from {{ ref('age_groups') }}
union all
select 'unemployment_band' as dimension, unemployment_band as category, sort_order
from {{ ref('unemployment_bands') }}
union all
select 'industry_group' as dimension, cast(industry_group as string) as category, industry_group as sort_order
from {{ ref('industry_groups') }}
where industry_group <= 10
union all
-- Only these two can be missing for a participation in the register.
select 'unemployment_band' as dimension, 'unknown' as category, 99 as sort_order
union all
select 'industry_group' as dimension, 'unknown' as category, 99 as sort_order
