-- Raw shares of the status beside the same shares with every recruited participation spoken for.
with weighted as (
    select
        s.project_code,
        w.horizon_months,
        -- Decimals add up to the same in any order.
        cast(sum(cast(w.weight as decimal(28, 12))) as double) as all_weight,
        cast(sum(cast(w.weight * w.weight as decimal(28, 12))) as double) as all_squares
    from {{ ref('int_recruitment_weights') }} as w
    inner join {{ ref('int_report_scopes') }} as s on w.project_code = s.member_project_code
    group by s.project_code, w.horizon_months
),

by_status as (
    select s.project_code, w.horizon_months, w.status, cast(sum(cast(w.weight as decimal(28, 12))) as double) as weight
    from {{ ref('int_recruitment_weights') }} as w
    inner join {{ ref('int_report_scopes') }} as s on w.project_code = s.member_project_code
    group by s.project_code, w.horizon_months, w.status
),

seen as (
    select distinct project_code, horizon_months
    from {{ ref('int_recruitment_weights') }}
),

recruited as (
    select
        s.project_code,
        h.horizon_months,
        count(e.enrolment_id) as recruited,
        count(case when p.project_code is not null then e.enrolment_id end) as represented
    from {{ ref('int_report_scopes') }} as s
    cross join {{ ref('horizons') }} as h
    left join {{ ref('enrolments') }} as e on s.member_project_code = e.project_code
    left join seen as p
        on e.project_code = p.project_code and h.horizon_months = p.horizon_months
    group by s.project_code, h.horizon_months
),

shares as (
    select
        r.project_code,
        r.horizon_months,
        r.status,
        r.n,
        r.denominator,
        r.pct,
        r.pct_low,
        r.pct_high,
        r.population,
        r.small_n,
        case when w.all_weight is not null then coalesce(b.weight, 0e0) / w.all_weight end as weighted_share,
        w.all_weight * w.all_weight / w.all_squares as effective_n,
        a.represented,
        a.recruited - a.represented as unrepresented
    from {{ ref('status_by_horizon') }} as r
    inner join {{ ref('statuses') }} as t on r.status = t.status and t.in_percentages
    inner join recruited as a on r.project_code = a.project_code and r.horizon_months = a.horizon_months
    left join weighted as w on r.project_code = w.project_code and r.horizon_months = w.horizon_months
    left join by_status as b
        on r.project_code = b.project_code and r.horizon_months = b.horizon_months and r.status = b.status
)

select
    project_code,
    horizon_months,
    status,
    n,
    denominator,
    pct,
    pct_low,
    pct_high,
    population,
    small_n,
    100e0 * weighted_share as weighted_pct,
    case when effective_n > 0 then {{ wilson('(weighted_share * effective_n)', 'effective_n', '-') }} end as weighted_low,
    case when effective_n > 0 then {{ wilson('(weighted_share * effective_n)', 'effective_n', '+') }} end as weighted_high,
    effective_n,
    represented,
    unrepresented
from shares
