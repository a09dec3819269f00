{{ config(severity='warn') }}
select count(*) as cells_without_proof
from {{ ref('int_open_cell_flags') }}
where exposed
having count(*) > 0
