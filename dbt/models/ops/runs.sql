{{ config(materialized='view') }}

select
    cast(run_id as string) as run_id,
    cast(started_at as timestamp) as started_at,
    cast(finished_at as timestamp) as finished_at,
    cast(as_of as date) as as_of,
    cast(outcome as string) as outcome
from {{ source('records', 'runs') }}
