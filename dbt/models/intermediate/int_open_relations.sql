-- What a reader of the open tables can add up: in each relation the coefficients times the counts make nothing. `rest` says
-- whether somebody may be left over: none, free (whoever they are), protected (as few as a printed cell may not be), or
-- overlap (whoever is counted twice).
with cells as (
    select
        *,
        split_part(attribute, '=', 1) as attribute_dimension,
        case when population = 'first job' then cast(moment as integer) end as week,
        attribute = 'all' and moment = 'all' and status = 'all' as is_whole
    from {{ ref('int_open_cells') }}
),

measured as (
    select
        cast(horizon_months as string) as moment,
        cast(previous_horizon as string) as previous_moment,
        earliest_week,
        latest_week
    from {{ ref('horizons') }}
),

inside as (
    select status
    from {{ ref('statuses') }}
    where in_percentages
),

-- Projects make the programme; persons in several of them are counted once.
programme as (
    select
        'programme: ' || a.cell_id as relation_id,
        a.cell_id as whole_id,
        p.cell_id as part_id,
        case when a.population = 'persons' then 'overlap' else 'none' end as rest
    from cells as a
    inner join cells as p
        on
            a.population = p.population
            and a.attribute = p.attribute
            and a.moment = p.moment
            and a.status = p.status
    where a.project_code = 'ALL' and p.project_code <> 'ALL'
),

-- Categories of a dimension make the whole; not everybody has a job status by the project.
attributes as (
    select
        p.attribute_dimension || ': ' || w.cell_id as relation_id,
        w.cell_id as whole_id,
        p.cell_id as part_id,
        case when p.attribute_dimension = 'job status' then 'free' else 'none' end as rest
    from cells as w
    inner join cells as p
        on
            w.population = p.population
            and w.project_code = p.project_code
            and w.moment = p.moment
            and w.status = p.status
    where
        w.attribute = 'all'
        and p.attribute like '%=%'
        and p.population in ('register', 'recruited', 'survey consenting', 'survey answered', 'register consenting')
        and p.status <> 'reached'
        -- Who was outside at the earlier horizon has no row of shares to add.
        and not (p.attribute_dimension like 'status at %' and p.status = 'in_percentages')
),

statuses as (
    select 'statuses: ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'none' as rest
    from cells as w
    inner join cells as p
        on
            w.population = p.population
            and w.project_code = p.project_code
            and w.attribute = p.attribute
            and w.moment = p.moment
    inner join inside as i on p.status = i.status
    where w.status = 'in_percentages' and w.population in ('register', 'weeks')
),

outside as (
    select w.cell_id as whole_id, w.attribute, p.cell_id as part_id, p.moment, p.status
    from cells as w
    inner join cells as p
        on w.population = p.population and w.project_code = p.project_code and w.attribute = p.attribute
    where
        w.population = 'register'
        and w.moment = 'all'
        and w.status = 'all'
        and p.status in ('in_percentages', 'left_population', 'unknown_code', 'not_observed')
),

horizons as (
    select 'at ' || moment || ': ' || whole_id as relation_id, whole_id, part_id, 'none' as rest
    from outside
),

observed as (
    select 'observed: ' || w.cell_id as relation_id, w.cell_id as whole_id, o.part_id, 'none' as rest
    from cells as w
    inner join outside as o on o.attribute = 'all' and w.moment = o.moment
    inner join cells as p on o.part_id = p.cell_id and w.project_code = p.project_code
    where w.population = 'register' and w.status = 'observed' and o.status <> 'not_observed'
),

transitions as (
    select 'then: ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'none' as rest
    from cells as w
    inner join cells as p
        on
            w.project_code = p.project_code
            and p.attribute = 'status at ' || w.moment || '=' || w.status
            and p.status <> 'in_percentages'
    where w.population = 'register' and w.attribute = 'all' and p.population = 'register'
),

industries as (
    select 'industry: ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'protected' as rest
    from cells as w
    inner join cells as p
        on w.population = p.population and w.project_code = p.project_code and w.attribute = p.attribute and w.moment = p.moment
    where w.population = 'register' and w.status = 'employment' and p.status like 'employment, industry %'
),

-- Which populations and which words for persons follow each other in the flow.
steps (from_population, to_population, from_persons, to_persons) as (
    values
    {{ flow_steps() | join(',\n    ') }}
),

flow as (
    select
        'flow to ' || s.to_persons || ': ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'none' as rest
    from cells as w
    inner join steps as s on w.population = s.from_population
    inner join cells as p
        on
            w.project_code = p.project_code
            and (
                (s.to_population = p.population and p.status = 'all')
                or s.to_persons || ' lost' = p.population
            )
            and w.attribute = p.attribute
            and p.moment = 'all'
    where w.is_whole
),

persons_flow as (
    select
        'persons to ' || s.to_persons || ': ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'none' as rest
    from cells as w
    inner join steps as s on w.status = s.from_persons
    inner join cells as p
        on
            w.project_code = p.project_code
            and p.population = 'persons'
            and (s.to_persons = p.status or p.status like s.to_persons || ' %')
    where w.population = 'persons' and w.moment = 'all' and p.moment = 'all'
    union all
    select 'persons observed: ' || p.moment || ' ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'none'
    from cells as w
    inner join cells as p on w.project_code = p.project_code
    where
        w.population = 'persons'
        and w.status = 'register in_register'
        and p.population = 'persons'
        and p.status in ('register observed', 'register observed not_observed')
    union all
    select 'persons in the percentages: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'none'
    from cells as w
    inner join cells as p on w.project_code = p.project_code and w.moment = p.moment
    where
        w.population = 'persons'
        and w.status = 'register observed'
        and p.population = 'persons'
        and p.status like 'register in_percentages%'
),

-- A person stands behind one participation or more.
persons as (
    select 'persons behind: ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'free' as rest
    from cells as w
    inner join cells as p
        on
            w.project_code = p.project_code
            and w.moment = p.moment
            and p.population = 'persons'
            and p.status = case
                when w.population = 'register' and w.status = 'all' then 'register in_register'
                when w.population = 'register' and w.status in ('observed', 'in_percentages') then 'register ' || w.status
                when w.population = 'register' and w.status = 'not_observed' then 'register observed not_observed'
                when w.population = 'register' then 'register in_percentages ' || w.status
                when w.status = 'all' then w.population
                else replace(w.population, ' lost', '') || ' ' || w.status
            end
    where w.attribute = 'all'
),

basis as (
    select
        b.whole || ' (' || b.rest || '): ' || w.cell_id || ' ' || b.relation_name as relation_id,
        w.cell_id as whole_id,
        p.cell_id as part_id,
        b.rest
    from (
        values
        ('consenting', 'recruited', 'consenting', 'protected'),
        ('survey', 'consenting', 'survey consenting', 'free'),
        ('register', 'consenting', 'register consenting', 'free'),
        ('either', 'consenting', 'survey consenting', 'overlap'),
        ('either', 'consenting', 'register consenting', 'overlap'),
        ('answered', 'survey invited', 'answered in part', 'protected'),
        ('complete or partial', 'answered in part', 'survey answered', 'none'),
        ('complete or partial', 'answered in part', 'survey answered partial', 'none'),
        ('not reached', 'survey invited', 'undeliverable', 'free'),
        ('lost as not reached', 'undeliverable', 'survey answered undeliverable', 'free')
    ) as b (relation_name, whole, part, rest)
    inner join cells as w on b.whole = w.status
    inner join cells as p on b.part = p.status and w.project_code = p.project_code
    where w.population = 'persons' and p.population = 'persons' and w.moment = 'all' and p.moment = 'all'
),

persons_of_projects as (
    select 'among all: ' || p.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'free' as rest
    from cells as w
    inner join cells as p on w.population = p.population and w.moment = p.moment and w.status = p.status
    where
        w.population = 'persons'
        and w.project_code = 'ALL'
        and p.project_code <> 'ALL'
        -- Lost in one project is not lost in all.
        and (
            p.status in (select s.to_persons from steps as s)
            or p.status in (
                'recruited', 'consenting', 'answered in part', 'undeliverable', 'register observed', 'register in_percentages'
            )
        )
),

-- Groups of the recruited hold the same groups of those who come later.
subsets as (
    select
        g.part || ' of ' || g.whole || ': ' || p.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'free' as rest
    from (
        values
        ('recruited', 'survey consenting'),
        ('recruited', 'register consenting'),
        ('survey consenting', 'survey answered'),
        ('register consenting', 'register')
    ) as g (whole, part)
    inner join cells as w on g.whole = w.population
    inner join cells as p
        on
            g.part = p.population
            and w.project_code = p.project_code
            and w.attribute = p.attribute
            and w.moment = p.moment
            and w.status = p.status
    where w.attribute <> 'all' and w.moment = 'all' and w.status = 'all'
),

represented as (
    select 'represented: ' || p.moment || ' ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'none' as rest
    from cells as w
    inner join cells as p on w.population = p.population and w.project_code = p.project_code
    where
        w.is_whole
        and w.population = 'recruited'
        and p.status in ('represented', 'unrepresented')
),

-- What is not reached is as telling as what is.
reached as (
    select 'reached ' || p.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'protected' as rest
    from cells as w
    inner join cells as p on w.population = p.population and w.project_code = p.project_code
    where
        w.is_whole
        and w.population = 'recruited'
        and p.status = 'reached'
    union all
    select 'named ' || p.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p
        on
            w.population = p.population
            and w.project_code = p.project_code
            and w.moment = p.moment
            and w.status = p.status
            and left(p.attribute, length(w.attribute) + 2) = w.attribute || ': '
    where w.population = 'recruited' and w.status = 'reached'
    union all
    select 'named at all: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'overlap'
    from cells as w
    inner join cells as p
        on
            w.population = p.population
            and w.project_code = p.project_code
            and w.moment = p.moment
            and w.status = p.status
            and left(p.attribute, length(w.attribute) + 2) = w.attribute || ': '
    where w.population = 'recruited' and w.status = 'reached'
    union all
    -- Somebody without any activity is reached by none.
    select 'reached or idle: ' || p.cell_id, w.cell_id as whole_id, q.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.population = p.population and w.project_code = p.project_code and p.status = 'reached'
    inner join cells as q on w.population = q.population and w.project_code = q.project_code
    where
        w.is_whole
        and w.population = 'recruited'
        and p.attribute not like '%: %'
        and (p.cell_id = q.cell_id or q.attribute = 'activities_completed=0')
    union all
    select 'active: ' || w.cell_id, w.cell_id as whole_id, q.cell_id as part_id, 'overlap'
    from cells as w
    inner join cells as q on w.population = q.population and w.project_code = q.project_code
    where
        w.is_whole
        and w.population = 'recruited'
        and ((q.status = 'reached' and q.attribute not like '%: %') or q.attribute = 'activities_completed=0')
),

activities as (
    select 'months: ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'none' as rest
    from cells as w
    inner join cells as p
        on
            w.population = p.population
            and w.project_code = p.project_code
            and w.attribute = p.attribute
            and w.status = p.status
    where w.population = 'activities' and w.moment = 'all' and p.moment <> 'all'
    union all
    select 'held: ' || p.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p
        on
            w.project_code = p.project_code
            and (w.attribute = p.attribute or left(p.attribute, length(w.attribute) + 2) = w.attribute || ': ')
    where w.population = 'activities' and w.moment = 'all' and p.population = 'recruited' and p.status = 'reached'
),

variants as (
    select v.relation_name || ': ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, v.rest
    from (
        values
        ('flex jobs', 'register, flex_jobs_in', 'employment', 'register', 'employment', 'protected'),
        ('flex jobs in all', 'register, flex_jobs_in', 'in_percentages', 'register', 'in_percentages', 'none'),
        ('flex jobs left out', 'register', 'in_percentages', 'register, flex_jobs_out', 'in_percentages', 'protected'),
        ('without flex jobs', 'register', 'employment', 'register, flex_jobs_out', 'employment', 'none'),
        ('four weeks', 'register', 'employment', 'register, four_weeks', 'employment', 'protected'),
        ('seen four weeks', 'register', 'in_percentages', 'register, four_weeks', 'in_percentages', 'free'),
        ('without job', 'register, four_weeks', 'in_percentages', 'register, four_weeks', 'employment', 'protected'),
        ('without job', 'register, anchor_end', 'in_percentages', 'register, anchor_end', 'employment', 'protected'),
        ('without job', 'register, monday_month', 'in_percentages', 'register, monday_month', 'employment', 'protected'),
        ('another month', 'register, monday_month', 'employment', 'register', 'employment', 'overlap'),
        ('another month', 'register, monday_month', 'employment', 'register', 'self_support', 'overlap'),
        ('another month', 'register, monday_month', 'employment', 'register', 'not_observed', 'overlap')
    ) as v (relation_name, whole_population, whole_status, part_population, part_status, rest)
    inner join cells as w on v.whole_population = w.population and v.whole_status = w.status
    inner join cells as p
        on
            v.part_population = p.population
            and v.part_status = p.status
            and w.project_code = p.project_code
            and w.moment = p.moment
            and w.attribute = p.attribute
    where w.attribute = 'all'
    union all
    select 'counted: ' || p.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.project_code = p.project_code
    where
        w.is_whole
        and w.population = 'register'
        and p.population like 'register, %'
        and p.status = 'in_percentages'
),

weeks as (
    -- A week in a status is somebody's.
    select 'somebody: ' || w.cell_id as relation_id, w.cell_id as whole_id, p.cell_id as part_id, 'free' as rest
    from cells as w
    inner join cells as p on w.project_code = p.project_code and w.status = p.status
    where w.population = 'weeks' and p.population = 'participations with weeks'
    union all
    select 'followed: ' || p.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.project_code = p.project_code
    where
        w.is_whole
        and w.population = 'register'
        and p.population = 'participations with weeks'
    union all
    select 'some status: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'overlap'
    from cells as w
    inner join cells as p on w.project_code = p.project_code
    where
        w.is_whole
        and w.population = 'register'
        and p.population = 'participations with weeks'
    union all
    -- Horizon weeks within a year are among weeks 0-51.
    select
        'horizon: ' || p.cell_id || ' in ' || w.population, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.project_code = p.project_code and w.status = p.status
    inner join measured as h on p.moment = h.moment
    where w.population = 'participations with weeks' and p.population = 'register' and p.attribute = 'all' and h.latest_week < 52
    union all
    select 'horizons: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.project_code = p.project_code and w.status = p.status
    inner join measured as h on p.moment = h.moment
    where w.population = 'weeks' and p.population = 'register' and p.attribute = 'all' and h.latest_week < 52
),

variables as (
    select distinct
        variable,
        question_type,
        answered_as,
        routing_condition,
        condition_variable,
        condition_codes,
        min(variable) over (partition by answered_as) as first_of_question,
        min(case when routing_condition is null then variable end) over (partition by 1) as first_unrouted
    from {{ ref('int_survey_codebook') }}
),

answers as (
    select c.*, v.question_type, v.first_of_question, v.first_unrouted, v.routing_condition, v.condition_variable, v.condition_codes
    from cells as c
    inner join variables as v on c.attribute = v.variable
    where c.population = 'answers'
),

survey as (
    select
        'codes: ' || w.cell_id as relation_id,
        w.cell_id as whole_id,
        p.cell_id as part_id,
        case when w.question_type = 'multiple' then 'free' else 'none' end as rest
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.attribute = p.attribute
    where w.status = 'answered' and p.status like 'code %'
    union all
    select 'not chosen: ' || p.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'protected'
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.attribute = p.attribute
    where w.question_type = 'multiple' and w.status = 'answered' and p.status = 'code 1'
    union all
    select 'blank: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.attribute = p.attribute
    where w.status = 'in base' and p.status = 'answered'
    union all
    select 'one question: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'none'
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.first_of_question = p.attribute and w.status = p.status
    where w.status in ('answered', 'in base') and w.attribute <> p.attribute
    union all
    select 'asked everyone: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'none'
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.first_unrouted = p.attribute and w.status = p.status
    where w.status = 'in base' and w.routing_condition is null and w.attribute <> p.attribute
    union all
    select 'routed: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'none'
    from answers as w
    inner join answers as p
        on
            w.project_code = p.project_code
            and w.condition_variable = p.attribute
            and w.condition_codes like '%,' || replace(p.status, 'code ', '') || ',%'
    where w.status = 'in base' and p.status like 'code %' and p.routing_condition is null and p.question_type <> 'multiple'
    union all
    select 'asked: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from answers as w
    inner join answers as p
        on
            w.project_code = p.project_code
            and w.condition_variable = p.attribute
            and w.condition_codes like '%,' || replace(p.status, 'code ', '') || ',%'
    where
        w.status = 'in base'
        and p.status like 'code %'
        and (p.routing_condition is not null or p.question_type = 'multiple')
    union all
    select 'some asked: ' || p.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.attribute = p.first_unrouted and w.status = p.status
    where w.status = 'in base' and p.routing_condition is not null
    union all
    -- Who answers a question with several options fills one.
    select 'chosen: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'overlap'
    from answers as w
    inner join answers as p on w.project_code = p.project_code and w.attribute = p.first_of_question
    where
        w.question_type = 'multiple'
        and w.status = 'answered'
        and w.attribute = w.first_of_question
        and p.status like 'code %'
),

jobs as (
    select
        'followed: ' || w.cell_id as relation_id,
        w.cell_id as whole_id,
        p.cell_id as part_id,
        case when w.moment = '52' then 'free' else 'none' end as rest
    from cells as w
    inner join cells as p
        on
            w.population = p.population
            and w.project_code = p.project_code
            and (
                (p.status <> 'at risk' and w.moment = p.moment)
                or (p.status = 'at risk' and p.week = w.week + 1)
            )
    where w.population = 'first job' and w.status = 'at risk'
    union all
    select 'followed at all: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.project_code = p.project_code
    where
        w.is_whole
        and w.population = 'register'
        and p.status = 'at risk'
        and p.moment = '0'
    union all
    -- A lasting job (13 weeks) that holds the horizon week, whichever weekday the participation began on.
    select 'lasting: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join measured as h on w.moment = h.moment
    inner join cells as p on w.project_code = p.project_code and p.population = 'first job' and p.status = 'events'
    where
        w.population = 'register'
        and w.attribute = 'all'
        and w.status = 'employment'
        and p.week between h.latest_week - 12 and h.earliest_week
    union all
    select 'lasting: ' || w.cell_id, w.cell_id as whole_id, p.cell_id as part_id, 'free'
    from cells as w
    inner join cells as p on w.project_code = p.project_code and p.population = 'first job' and p.status = 'events'
    where w.population = 'participations with weeks' and w.status = 'employment' and p.week < 52
),

parts as (
    {%- for kind in [
        'programme', 'attributes', 'statuses', 'horizons', 'observed', 'transitions',
        'industries', 'flow', 'persons_flow', 'persons', 'basis', 'persons_of_projects',
        'subsets', 'represented', 'reached', 'activities', 'variants', 'weeks',
        'survey', 'jobs',
    ] %}
        select relation_id, whole_id, part_id, rest
        from {{ kind }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- Sums of one project in which counts weigh other than once; `horizon` is each of them.
{%- set many = 100000 %}
named (relation_name, rest, at_horizons, population, moment, status, coefficient) as (
    values
    {{ weighted_sums(many) | join(',\n    ') }}
),

weighted as (
    select
        n.relation_name || coalesce(' at ' || h.moment, '') || ': ' || c.project_code as relation_id,
        c.cell_id,
        n.coefficient,
        n.rest
    from named as n
    left join measured as h on n.at_horizons
    inner join cells as c
        on
            n.population = c.population
            and n.status = c.status
            and c.attribute = 'all'
            and c.moment = case n.moment when 'horizon' then h.moment else n.moment end
    union all
    -- Persons counted twice are persons in two projects.
    select
        'counted twice: ' || w.status || ' at ' || w.moment,
        c.cell_id,
        case when (c.project_code = 'ALL') = (c.status = 'recruited') then 1 else -1 end,
        'free'
    from cells as w
    inner join cells as c
        on w.population = c.population and ((w.moment = c.moment and w.status = c.status) or c.status = 'recruited')
    where w.population = 'persons' and w.project_code = 'ALL' and w.status <> 'recruited'
    union all
    select 'all weeks: ' || project_code, cell_id, case when population = 'weeks' then 1 else -52 end, 'none'
    from cells
    where
        (population = 'weeks' and status <> 'in_percentages')
        or (population = 'register' and is_whole)
    union all
    select
        'at most 52 weeks: ' || project_code || ' ' || status, cell_id, case when population = 'weeks' then 1 else -52 end, 'free'
    from cells
    where (population = 'weeks' and status <> 'in_percentages') or population = 'participations with weeks'
    union all
    -- Who has a status at one of two horizons has a week in it.
    select
        'at ' || h.previous_moment || ' or ' || h.moment || ': ' || w.cell_id,
        c.cell_id,
        case when c.population = 'register' and c.attribute = 'all' then 1 else -1 end,
        'free'
    from cells as w
    inner join measured as h on h.latest_week < 52 and h.previous_moment is not null
    inner join cells as c
        on
            w.project_code = c.project_code
            and w.status = c.status
            and (
                w.cell_id = c.cell_id
                or (c.population = 'register' and c.attribute = 'all' and c.moment in (h.previous_moment, h.moment))
                or (
                    c.population = 'register'
                    and c.attribute = 'status at ' || h.previous_moment || '=' || c.status
                    and h.moment = c.moment
                )
            )
    where w.population = 'participations with weeks'
    union all
    -- A lasting job is 13 weeks in employment, as many of them as the year has left.
    select
        'weeks of lasting jobs: ' || project_code,
        cell_id,
        case when population = 'weeks' then -1 else least(13, 52 - week) end,
        'free'
    from cells
    where
        (population = 'weeks' and status = 'employment')
        or (population = 'first job' and status = 'events' and week < 52)
    union all
    select
        'bands of activities: ' || c.project_code,
        c.cell_id,
        coalesce(b.at_least, -1),
        'free'
    from cells as c
    left join (
        values
        ('activities_completed=1-4', 1),
        ('activities_completed=5-9', 5),
        ('activities_completed=10+', 10)
    ) as b (attribute, at_least) on c.attribute = b.attribute
    where (c.population = 'recruited' and b.at_least is not null) or (c.population = 'activities' and c.moment = 'all')
    union all
    select
        'somebody answered: ' || project_code,
        cell_id,
        case when population = 'answers' then 1 else -{{ many }} end,
        'free'
    from (
        select cell_id, population, project_code
        from cells
        where population = 'survey answered' and is_whole
        union all
        select cell_id, population, project_code
        from answers
        where status = 'in base' and attribute = first_unrouted
    ) as a
)

select relation_id, part_id as cell_id, 1 as coefficient, rest
from parts
union all
select distinct relation_id, whole_id as cell_id, -1 as coefficient, rest
from parts
union all
select relation_id, cell_id, coefficient, rest
from weighted
