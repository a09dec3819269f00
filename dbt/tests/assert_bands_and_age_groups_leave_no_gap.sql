with bands as (
    select
        'unemployment_bands' as seed,
        min_weeks as lowest,
        lag(max_weeks) over (order by min_weeks) as previous_highest,
        min_weeks = min(min_weeks) over () as is_first
    from {{ ref('unemployment_bands') }}
    union all
    select
        'age_groups' as seed,
        min_age as lowest,
        lag(max_age) over (order by min_age) as previous_highest,
        min_age = min(min_age) over () as is_first
    from {{ ref('age_groups') }}
)

select seed
from bands
where not is_first and lowest is distinct from previous_highest + 1
