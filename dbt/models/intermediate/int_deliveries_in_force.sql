-- Which delivery counts, per lake table (and per project for monitoring).
-- The register is not here: there the newest pull counts person by person.
with carried as (
    select
        d.delivery_id,
        d.delivery_unit,
        d.source,
        d.extract_date,
        d.file_name,
        t.lake_table
    from {{ ref('stg_ledger__deliveries') }} as d
    inner join {{ ref('stg_ledger__delivery_tables') }} as t on d.delivery_id = t.delivery_id
    where d.verdict = 'read'
),

monitoring_rows as (
    select delivery_id, project_code, 'monitoring_participants' as lake_table
    from {{ ref('stg_monitoring__participants') }}
    union
    select delivery_id, project_code, 'monitoring_activities' as lake_table
    from {{ ref('stg_monitoring__activities') }}
    union
    select delivery_id, project_code, 'monitoring_job_statuses' as lake_table
    from {{ ref('stg_monitoring__job_statuses') }}
),

-- A unit contains a project when any of its tables has a row of it; two units of one date are told apart by their greatest file name.
unit_projects as (
    select distinct c.delivery_unit, r.project_code
    from monitoring_rows as r
    inner join carried as c on r.delivery_id = c.delivery_id
),

unit_names as (
    select delivery_unit, max(file_name) as unit_name
    from carried
    where source = 'monitoring'
    group by delivery_unit
),

monitoring_ranked as (
    select
        c.lake_table,
        p.project_code,
        c.delivery_id,
        row_number() over (
            partition by c.lake_table, p.project_code
            order by
                c.extract_date desc,
                n.unit_name desc,
                c.delivery_unit desc,
                -- Within a unit: the file that holds the project's rows of this table.
                case when r.delivery_id is not null then 0 else 1 end,
                c.file_name desc,
                c.delivery_id desc
        ) as newest_first
    from carried as c
    inner join unit_projects as p on c.delivery_unit = p.delivery_unit
    inner join unit_names as n on c.delivery_unit = n.delivery_unit
    left join monitoring_rows as r
        on c.delivery_id = r.delivery_id and c.lake_table = r.lake_table and p.project_code = r.project_code
),

whole_ranked as (
    select
        lake_table,
        delivery_id,
        row_number() over (
            partition by lake_table order by extract_date desc, file_name desc, delivery_id desc
        ) as newest_first
    from carried
    where source in ('consent', 'survey', 'results')
)

select lake_table, project_code, delivery_id
from monitoring_ranked
where newest_first = 1
union all
select lake_table, cast(null as varchar) as project_code, delivery_id
from whole_ranked
where newest_first = 1
