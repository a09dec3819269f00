-- A night that looks back to an earlier day leaves what is gone from landing as later days have left it.
with survey_consents as (
    select t.participant_id, t.project_code
    from {{ standing_by_declaration('survey') }} as t
),

register_consents as (
    select distinct t.participant_id
    from {{ standing_by_declaration('register') }} as t
),

invitations as (
    select i.respondent_id
    from {{ source('survey', 'survey_invitations') }} as i
    inner join survey_consents as c on i.participant_id = c.participant_id and i.project_code = c.project_code
),

personal_rows as (
    select 'survey_invitations' as lake_table, i.delivery_id, c.participant_id is not null as may_stand
    from {{ source('survey', 'survey_invitations') }} as i
    left join survey_consents as c on i.participant_id = c.participant_id and i.project_code = c.project_code
    union all
    select 'survey_answer_rows' as lake_table, a.delivery_id, i.respondent_id is not null as may_stand
    from {{ source('survey', 'survey_answer_rows') }} as a
    left join invitations as i on a.respondent_id = i.respondent_id
    union all
    select 'survey_answers' as lake_table, a.delivery_id, r.delivery_id is not null as may_stand
    from {{ source('survey', 'survey_answers') }} as a
    left join {{ source('survey', 'survey_answer_rows') }} as r
        on a.delivery_id = r.delivery_id and a.row_number = r.row_number
    union all
    select 'register_persons' as lake_table, r.delivery_id, c.participant_id is not null as may_stand
    from {{ source('register', 'register_persons') }} as r
    left join register_consents as c on r.participant_id = c.participant_id
    union all
    select 'register_benefit_spells' as lake_table, r.delivery_id, c.participant_id is not null as may_stand
    from {{ source('register', 'register_benefit_spells') }} as r
    left join register_consents as c on r.participant_id = c.participant_id
    union all
    select 'register_industry_spells' as lake_table, r.delivery_id, c.participant_id is not null as may_stand
    from {{ source('register', 'register_industry_spells') }} as r
    left join register_consents as c on r.participant_id = c.participant_id
),

left_alone as (
    select d.delivery_id
    from {{ ref('stg_ledger__deliveries') }} as d
    cross join {{ ref('stg_ledger__night') }} as n
    where n.looks_back and not d.in_landing
)

select p.lake_table, count(*) as row_count
from personal_rows as p
left join left_alone as l on p.delivery_id = l.delivery_id
where not p.may_stand and l.delivery_id is null
group by p.lake_table
