-- Weeks 0-51 of every participation in the register.
with weeks as (
    select w.enrolment_id, w.project_code, coalesce(w.status, 'not_observed') as status, t.in_percentages
    from {{ ref('int_weekly_statuses') }} as w
    inner join {{ ref('statuses') }} as t on coalesce(w.status, 'not_observed') = t.status
    where w.asked_for = 'week' and w.offset_number <= 51
),

per_participation as (
    select
        s.project_code,
        w.enrolment_id,
        w.status,
        count(*) as weeks,
        sum(count(case when w.in_percentages then 1 end)) over (partition by s.project_code, w.enrolment_id) as weeks_inside
    from weeks as w
    inner join {{ ref('int_report_scopes') }} as s on w.project_code = s.member_project_code
    group by s.project_code, w.enrolment_id, w.status
),

counted as (
    select project_code, status, sum(weeks) as n, count(*) as participations
    from per_participation
    group by project_code, status
),

inside as (
    select distinct project_code, enrolment_id, weeks_inside
    from per_participation
    where weeks_inside > 0
),

clusters as (
    select project_code, sum(weeks_inside) as denominator, count(*) as clusters, sum(weeks_inside * weeks_inside) as squares
    from inside
    group by project_code
),

-- What the sum of squared residuals of a ratio needs, for the participations that have the status at all.
products as (
    select project_code, status, sum(weeks * weeks) as own_squares, sum(weeks * weeks_inside) as own_products
    from per_participation
    group by project_code, status
),

grid as (
    select
        s.project_code,
        t.status,
        t.in_percentages,
        coalesce(c.n, 0) as n,
        coalesce(c.participations, 0) as participations,
        case when t.in_percentages then coalesce(d.denominator, 0) end as denominator,
        d.clusters,
        cast(coalesce(c.n, 0) as double) / nullif(d.denominator, 0) as p,
        d.squares,
        coalesce(q.own_squares, 0) as own_squares,
        coalesce(q.own_products, 0) as own_products
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('statuses') }} as t
    left join counted as c on s.project_code = c.project_code and t.status = c.status
    left join clusters as d on s.project_code = d.project_code
    left join products as q on s.project_code = q.project_code and t.status = q.status
),

spread as (
    select
        *,
        case
            when in_percentages and clusters > 1
                then 1.959964e0 * sqrt(
                    greatest(own_squares - 2 * p * own_products + p * p * squares, 0e0) * clusters / (clusters - 1)
                ) / denominator
        end as half_width
    from grid
)

select
    project_code,
    status,
    cast(n as bigint) as n,
    cast(denominator as bigint) as denominator,
    {{ percentage('n', 'denominator') }} as pct,
    -- An engine's least and greatest may pass over nulls.
    case when half_width is not null then greatest(0e0, 100e0 * (p - half_width)) end as pct_low,
    case when half_width is not null then least(100e0, 100e0 * (p + half_width)) end as pct_high,
    cast('observed weeks 0-51 of participations in the register, with a known code and still in the population' as string) as population,
    case when in_percentages then {{ small_n('coalesce(clusters, 0)') }} end as small_n,
    cast(participations as bigint) as participations
from spread
