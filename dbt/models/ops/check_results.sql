{{ config(materialized='view') }}

select
    cast(run_id as varchar) as run_id,
    cast(suite as varchar) as suite,
    cast(expectation as varchar) as expectation,
    cast(subject as varchar) as subject,
    cast(observed as double) as observed,
    cast(threshold as double) as threshold,
    cast(severity as varchar) as severity,
    cast(success as boolean) as success
from {{ source('records', 'check_results') }}
