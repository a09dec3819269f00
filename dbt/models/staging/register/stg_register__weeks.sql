select
    cast(delivery_id as string) as delivery_id,
    cast(week as integer) as week
from {{ from_read_deliveries('register', 'register_weeks') }}
