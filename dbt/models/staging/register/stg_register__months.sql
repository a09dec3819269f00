select
    cast(delivery_id as string) as delivery_id,
    cast(month as integer) as month
from {{ from_read_deliveries('register', 'register_months') }}
