-- The questionnaire in force, one row per variable and code (one row without code for free text). No persons here.
with in_force_rows as (
    select c.*
    from {{ ref('stg_survey__codebook') }} as c
    inner join {{ in_force('survey_codebook') }} as f on c.delivery_id = f.delivery_id
),

-- A variable's wording is that of its first row, its condition the first that is stated.
variables as (
    select
        variable,
        question,
        item,
        question_type,
        first_value(routing_condition) over (
            partition by variable
            order by case when routing_condition is null then 1 else 0 end, row_number
        ) as routing_condition,
        row_number() over (partition by variable order by row_number) as first_row,
        min(row_number) over (partition by variable) as variable_order
    from in_force_rows
),

options as (
    select variable, 0 as answer_code
    from in_force_rows
    where question_type = 'multiple'
    union
    select variable, 1 as answer_code
    from in_force_rows
    where question_type = 'multiple'
),

codes as (
    select variable, answer_code, min(answer_label) as answer_label
    from in_force_rows
    where answer_code is not null
    group by variable, answer_code
    union all
    -- 0 and 1 are codes of every option of a multiple-choice question, listed or not.
    select o.variable, o.answer_code, cast(null as string) as answer_label
    from options as o
    left join in_force_rows as r on o.variable = r.variable and o.answer_code = r.answer_code
    where r.variable is null
)

select
    v.variable,
    v.question,
    v.item,
    v.question_type,
    -- The variables that are answered as one question: the options of a multiple-choice question.
    case when v.question_type = 'multiple' then 'question ' || v.question else 'variable ' || v.variable end as answered_as,
    v.routing_condition,
    {{ condition_variable('v.routing_condition') }} as condition_variable,
    {{ condition_codes('v.routing_condition') }} as condition_codes,
    v.variable_order,
    c.answer_code,
    c.answer_label
from variables as v
left join codes as c on v.variable = c.variable
where v.first_row = 1
