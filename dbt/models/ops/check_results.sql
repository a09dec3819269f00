{{ config(materialized='view') }}

select
    cast(run_id as string) as run_id,
    cast(suite as string) as suite,
    cast(expectation as string) as expectation,
    cast(subject as string) as subject,
    cast(observed as double) as observed,
    cast(threshold as double) as threshold,
    cast(severity as string) as severity,
    cast(success as boolean) as success
from {{ source('records', 'check_results') }}
