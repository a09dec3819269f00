select count(*) as cells_with_two_values
from {{ ref('int_open_cells') }}
where different_values > 1
having count(*) > 0
