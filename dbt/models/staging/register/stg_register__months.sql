select
    cast(delivery_id as varchar) as delivery_id,
    cast(month as integer) as month
from {{ from_read_deliveries('register', 'register_months') }}
