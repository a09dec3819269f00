-- What each pull can show: its weeks and months. A rank over the weeks tells whether a stretch has gaps.
with pulls as (
    select distinct pull_id, delivery_id
    from {{ ref('int_register_rows_in_force') }}
),

periods as (
    select p.pull_id, 'week' as period, w.week as running_number
    from pulls as p
    inner join {{ ref('stg_register__weeks') }} as w on p.delivery_id = w.delivery_id
    union
    select p.pull_id, 'month' as period, m.month as running_number
    from pulls as p
    inner join {{ ref('stg_register__months') }} as m on p.delivery_id = m.delivery_id
)

select
    pull_id,
    period,
    running_number,
    cast(row_number() over (partition by pull_id, period order by running_number) as integer) as ordinal
from periods
