{{ config(tags=['accounting']) }}

with fates as (
    select
        delivery_id,
        sum(case when row_fate = 'landed' then row_count else 0 end) as rows_landed,
        sum(case when row_fate = 'superseded' then row_count else 0 end) as rows_superseded,
        sum(case when row_fate = 'unmatched' then row_count else 0 end) as rows_unmatched,
        sum(case when row_fate = 'withheld' then row_count else 0 end) as rows_withheld
    from {{ ref('stg_ledger__delivery_rows') }}
    group by delivery_id
),

-- A duplicate carries the id of the file it repeats: only the file that was read owns the rows.
counted as (
    select
        d.*,
        cast(coalesce(f.rows_landed, 0) as bigint) as rows_landed,
        cast(coalesce(f.rows_superseded, 0) as bigint) as rows_superseded,
        cast(coalesce(f.rows_unmatched, 0) as bigint) as rows_unmatched,
        cast(coalesce(f.rows_withheld, 0) as bigint) as rows_withheld
    from {{ ref('stg_ledger__deliveries') }} as d
    left join fates as f on d.delivery_id = f.delivery_id and d.verdict = 'read'
),

judged as (
    select
        *,
        case
            when verdict <> 'read' then verdict
            when rows_landed + rows_unmatched + rows_withheld > 0 then 'landed'
            else 'superseded'
        end as status
    from counted
)

select
    source,
    file_name,
    extract_date,
    sha256,
    rows_read,
    rows_landed,
    rows_rejected,
    rows_superseded,
    rows_unmatched,
    rows_withheld,
    status,
    case
        when status = 'superseded' and rows_superseded = 0
            then
                file_name || ': Every row of it was rejected; correct the rows listed and deliver it again. / '
                || file_name || ': Alle dens rækker er afvist; ret de rækker, der er nævnt, og levér den igen.'
        when status = 'superseded'
            then
                file_name || ': A newer delivery has replaced every row of it; nothing needs to be done. / '
                || file_name || ': En nyere leverance har erstattet alle dens rækker; der skal ikke gøres noget.'
        else reason
    end as reason,
    ignored_columns,
    purged_on,
    delivery_id
from judged
