with landed as (
    select lake_table, sum(row_count) as row_count
    from {{ ref('stg_ledger__delivery_rows') }}
    where row_fate = 'landed'
    group by lake_table
),

counted as (
    select 'monitoring_participants' as lake_table, count(*) as row_count
    from {{ ref('enrolments') }}
    union all
    select 'monitoring_activities' as lake_table, count(*) as row_count
    from {{ ref('activities') }}
    union all
    select 'monitoring_job_statuses' as lake_table, count(*) as row_count
    from {{ ref('job_statuses') }}
    union all
    select 'survey_invitations' as lake_table, count(*) as row_count
    from {{ ref('survey_responses') }}
    union all
    select 'survey_answer_rows' as lake_table, count(*) as row_count
    from {{ ref('int_survey_responses') }}
    where answers_delivery_id is not null
    union all
    select 'register_persons' as lake_table, count(*) as row_count
    from {{ ref('int_register_rows_in_force') }}
)

select c.lake_table, c.row_count, coalesce(l.row_count, 0) as rows_landed
from counted as c
left join landed as l on c.lake_table = l.lake_table
where c.row_count <> coalesce(l.row_count, 0)
