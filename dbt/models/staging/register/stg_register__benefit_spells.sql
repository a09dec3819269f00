select
    cast(delivery_id as varchar) as delivery_id,
    cast(participant_id as varchar) as participant_id,
    cast(benefit_code as varchar) as benefit_code,
    cast(first_week as integer) as first_week,
    cast(last_week as integer) as last_week
from {{ from_read_deliveries('register', 'register_benefit_spells') }}
