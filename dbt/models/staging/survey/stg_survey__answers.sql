-- An answer outside the codebook in force is judged anew each night: its row stands in the lake and is rejected by the ledger.
with accepted_files as (
    select *
    from {{ from_read_deliveries('survey', 'survey_answers') }}
)

select
    cast(a.delivery_id as string) as delivery_id,
    cast(a.row_number as integer) as row_number,
    cast(a.variable as string) as variable,
    cast(a.raw_value as string) as raw_value
from accepted_files as a
left join {{ ref('stg_ledger__rejected_rows') }} as r
    on a.delivery_id = r.delivery_id and a.row_number = r.row_number
where r.delivery_id is null
