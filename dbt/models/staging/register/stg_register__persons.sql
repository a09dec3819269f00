select
    cast(delivery_id as varchar) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(participant_id as varchar) as participant_id,
    cast(sex as varchar) as sex,
    cast(birth_date as date) as birth_date,
    cast(origin as varchar) as origin
from {{ from_read_deliveries('register', 'register_persons') }}
