with celled as (
    select distinct figure_id
    from {{ ref('published_figure_cells') }}
),

slips as (
    select f.figure_id
    from {{ ref('published_figures') }} as f
    left join {{ ref('published_figure_sources') }} as s on f.figure_id = s.figure_id
    left join celled as c on f.figure_id = c.figure_id
    where
        s.explanation is null
        or (s.operation is null) <> (c.figure_id is null)
        or (f.comparison = 'approx') <> (s.tolerance is not null)
    union all
    select s.figure_id
    from {{ ref('published_figure_sources') }} as s
    left join {{ ref('published_figures') }} as f on s.figure_id = f.figure_id
    where f.figure_id is null
    union all
    select c.figure_id
    from celled as c
    left join {{ ref('published_figures') }} as f on c.figure_id = f.figure_id
    where f.figure_id is null
)

select figure_id
from slips
