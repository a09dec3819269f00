-- An answer outside the codebook in force is judged anew each night: its row stands in the lake and is rejected by the ledger.
with accepted_files as (
    select *
    from {{ from_read_deliveries('survey', 'survey_answer_rows') }}
)

select
    cast(a.delivery_id as string) as delivery_id,
    cast(a.row_number as integer) as row_number,
    cast(a.respondent_id as string) as respondent_id,
    cast(a.answered_date as date) as answered_date
from accepted_files as a
left join {{ ref('stg_ledger__rejected_rows') }} as r
    on a.delivery_id = r.delivery_id and a.row_number = r.row_number
where r.delivery_id is null
