-- Printed figures against computed ones. The only model that knows what was printed.
with named_cells as (
    select
        s.figure_id,
        s.operation,
        f.cell_group,
        f.side,
        sum(c.n) as n,
        -- Cells that are added up are parts of one whole, except in an ordering, where they are different people.
        case when s.operation = 'ordering' then sum(c.denominator) else max(c.denominator) end as denominator,
        sum(c.cell_value) as cell_value,
        -- A cell that the tables do not have leaves the figure uncomputed.
        count(*) = count(coalesce(cast(c.n as double), c.cell_value)) as is_complete
    from {{ ref('published_figure_sources') }} as s
    inner join {{ ref('published_figure_cells') }} as f on s.figure_id = f.figure_id
    left join {{ ref('int_published_cells') }} as c
        on
            f.report_table = c.report_table
            and f.project_code = c.project_code
            and f.cell_key = c.cell_key
            and f.horizon_months is not distinct from c.horizon_months
    group by s.figure_id, s.operation, f.cell_group, f.side
),

grouped as (
    select
        *,
        case
            when operation = 'count' then cell_value
            when operation = 'numerator' then n
            when operation = 'base' then denominator
            else {{ percentage('n', 'denominator') }}
        end as group_value
    from named_cells
),

ordered as (
    select
        *,
        lag(group_value) over (partition by figure_id, side order by cell_group) as previous_value,
        row_number() over (
            partition by figure_id
            -- A share of nobody is neither the lowest nor the highest.
            order by case when operation = 'maximum' then -group_value else group_value end asc nulls last, cell_group asc
        ) as sought_first
    from grouped
),

-- In an ordering every higher side must exceed the lower side of its group.
held as (
    select
        h.figure_id,
        bool_and(h.group_value > l.group_value) as holds
    from grouped as h
    inner join grouped as l on h.figure_id = l.figure_id and h.cell_group = l.cell_group
    where h.operation = 'ordering' and h.side = 'higher' and l.side = 'lower'
    group by h.figure_id
    union all
    select figure_id, bool_and(group_value > previous_value) as holds
    from ordered
    where operation = 'increasing' and previous_value is not null
    group by figure_id
),

computed as (
    select
        o.figure_id,
        max(case when o.sought_first = 1 and o.operation not in ('ordering', 'increasing', 'count', 'base') then o.n end) as numerator,
        max(case when o.sought_first = 1 and o.operation not in ('ordering', 'increasing', 'count') then o.denominator end) as denominator,
        case
            when not bool_and(o.is_complete) then null
            -- An order with a share of nobody in it can not be told.
            when max(o.operation) in ('ordering', 'increasing') and count(*) > count(o.group_value) then null
            when max(o.operation) in ('ordering', 'increasing') then max(case when h.holds then 1e0 when not h.holds then 0e0 end)
            else max(case when o.sought_first = 1 then o.group_value end)
        end as computed
    from ordered as o
    left join held as h on o.figure_id = h.figure_id
    group by o.figure_id
),

rounded as (
    select
        p.*,
        s.classification,
        s.explanation,
        s.tolerance,
        c.numerator,
        c.denominator as computed_denominator,
        c.computed,
        {{ round_half_up('c.computed', 's.decimals') }} as displayed
    from {{ ref('published_figures') }} as p
    left join {{ ref('published_figure_sources') }} as s on p.figure_id = s.figure_id
    left join computed as c on p.figure_id = c.figure_id
)

select
    figure_id,
    ref,
    measure,
    project_code,
    dimension,
    category,
    horizon_months,
    comparison,
    unit,
    value as published,
    cast(computed as double) as computed,
    cast(numerator as bigint) as numerator,
    cast(computed_denominator as bigint) as denominator,
    case
        when computed is null then null
        when comparison in ('eq', 'min', 'max') then abs(displayed - value) < 1e-9
        when comparison = 'approx' then abs(computed - value) <= tolerance
        when comparison = 'lt' then computed < value
        when comparison = 'gt' then computed > value
        -- Printed limits include what rounds to them.
        when comparison = 'le' then displayed <= value
        when comparison = 'ge' then displayed >= value
    end as agrees,
    classification,
    explanation,
    cast(denominator as bigint) as published_denominator
from rounded
