-- Complete answers only, in the question's base, from those who answered the question.
with bases as (
    select
        s.project_code,
        a.variable,
        count(*) as in_base,
        {{ denominator('answer_share') }} as denominator
    from {{ ref('int_survey_answers') }} as a
    inner join {{ ref('int_report_scopes') }} as s on a.project_code = s.member_project_code
    where a.disposition = 'complete' and a.in_base
    group by s.project_code, a.variable
),

counted as (
    select s.project_code, a.variable, a.answer_code, {{ numerator('answer_share') }} as n
    from {{ ref('int_survey_answers') }} as a
    inner join {{ ref('int_report_scopes') }} as s on a.project_code = s.member_project_code
    group by s.project_code, a.variable, a.answer_code
),

grid as (
    select
        s.project_code,
        k.variable,
        k.question,
        k.item,
        k.answer_code,
        k.answer_label,
        k.variable_order,
        k.routing_condition as routing,
        coalesce(b.in_base, 0) as in_base,
        coalesce(c.n, 0) as n,
        coalesce(b.denominator, 0) as denominator
    from (select distinct project_code from {{ ref('int_report_scopes') }}) as s
    cross join {{ ref('int_survey_codebook') }} as k
    left join bases as b on s.project_code = b.project_code and k.variable = b.variable
    left join counted as c
        on s.project_code = c.project_code and k.variable = c.variable and k.answer_code = c.answer_code
    where k.question_type <> 'free_text' and k.answer_code is not null
)

select
    project_code,
    variable,
    question,
    item,
    answer_code,
    answer_label,
    {{ share_columns('n', 'denominator', population('answer_share')) }},
    cast(variable_order as integer) as variable_order,
    routing,
    in_base
from grid
