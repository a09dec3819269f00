select source, status, count(*) as files
from {{ ref('deliveries') }}
where rows_read <> rows_landed + rows_rejected + rows_superseded + rows_unmatched + rows_withheld
group by source, status
