-- Without a proof that no count of few persons can be worked out, all open tables are empty of counts.
{{ config(severity='warn') }}
select count(*) as cells_without_proof
from {{ ref('int_open_cell_flags') }}
where exposed
having count(*) > 0
