-- A printed figure is computed from named cells or explained; a cell or source without its figure is a slip.
select figure_id
from {{ ref('published_figures') }}
full outer join {{ ref('published_figure_sources') }} using (figure_id)
full outer join (select distinct figure_id, true as has_cells from {{ ref('published_figure_cells') }}) using (figure_id)
where
    measure is null
    or explanation is null
    or (operation is null) = coalesce(has_cells, false)
    or (comparison = 'approx') <> (tolerance is not null)
