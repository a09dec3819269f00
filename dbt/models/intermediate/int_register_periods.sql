-- What each pull can show: its weeks and months. A rank over the weeks tells whether a stretch has gaps.
select
    delivery_id,
    'week' as period,
    week as running_number,
    cast(row_number() over (partition by delivery_id order by week) as integer) as ordinal
from {{ ref('stg_register__weeks') }}
union all
select
    delivery_id,
    'month' as period,
    month as running_number,
    cast(row_number() over (partition by delivery_id order by month) as integer) as ordinal
from {{ ref('stg_register__months') }}
