{{ config(materialized='view') }}

-- Every day of this century: dbt's definitions of measures ask for a calendar.
select cast({{ add_days("date '2000-01-01'", 'number') }} as date) as date_day
from {{ whole_numbers(0, 36524) }}
