select
    cast(delivery_id as varchar) as delivery_id,
    cast(participant_id as varchar) as participant_id,
    cast(industry_code as varchar) as industry_code,
    cast(first_month as integer) as first_month,
    cast(last_month as integer) as last_month
from {{ from_read_deliveries('register', 'register_industry_spells') }}
