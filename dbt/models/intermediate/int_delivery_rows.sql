-- What became of every row that passed the door, counted. Order: superseded, unmatched, withheld, landed; the first that applies.
{{ config(tags=['accounting']) }}

with participations as (
    select participant_id, project_code, bool_or(consents_survey) as consents_survey
    from {{ ref('int_enrolments') }}
    group by participant_id, project_code
),

persons as (
    select participant_id, bool_or(consents_register) as consents_register
    from {{ ref('int_enrolments') }}
    group by participant_id
),

monitoring_rows as (
    select 'monitoring_participants' as lake_table, delivery_id, participant_id, project_code
    from {{ ref('stg_monitoring__participants') }}
    union all
    select 'monitoring_activities' as lake_table, delivery_id, participant_id, project_code
    from {{ ref('stg_monitoring__activities') }}
    union all
    select 'monitoring_job_statuses' as lake_table, delivery_id, participant_id, project_code
    from {{ ref('stg_monitoring__job_statuses') }}
),

invitations_in_force as (
    select i.respondent_id, i.participant_id, i.project_code
    from {{ ref('stg_survey__invitations') }} as i
    inner join {{ in_force('survey_invitations') }} as f on i.delivery_id = f.delivery_id
),

judged as (
    select
        r.lake_table,
        r.delivery_id,
        r.project_code,
        f.delivery_id is not null as is_in_force,
        p.participant_id is not null as is_matched,
        true as is_consented
    from monitoring_rows as r
    left join {{ ref('int_deliveries_in_force') }} as f
        on r.lake_table = f.lake_table and r.delivery_id = f.delivery_id and r.project_code = f.project_code
    left join participations as p on r.participant_id = p.participant_id and r.project_code = p.project_code

    union all

    select
        'consent_declarations' as lake_table,
        r.delivery_id,
        r.project_code,
        f.delivery_id is not null as is_in_force,
        p.participant_id is not null as is_matched,
        true as is_consented
    from {{ ref('stg_consent__declarations') }} as r
    left join {{ in_force('consent_declarations') }} as f on r.delivery_id = f.delivery_id
    left join participations as p on r.participant_id = p.participant_id and r.project_code = p.project_code

    union all

    select
        'survey_invitations' as lake_table,
        r.delivery_id,
        r.project_code,
        f.delivery_id is not null as is_in_force,
        p.participant_id is not null as is_matched,
        coalesce(p.consents_survey, false) as is_consented
    from {{ ref('stg_survey__invitations') }} as r
    left join {{ in_force('survey_invitations') }} as f on r.delivery_id = f.delivery_id
    left join participations as p on r.participant_id = p.participant_id and r.project_code = p.project_code

    union all

    -- An answers row follows its invitation.
    select
        'survey_answer_rows' as lake_table,
        r.delivery_id,
        i.project_code,
        f.delivery_id is not null as is_in_force,
        p.participant_id is not null as is_matched,
        coalesce(p.consents_survey, false) as is_consented
    from {{ ref('stg_survey__answer_rows') }} as r
    left join {{ in_force('survey_answer_rows') }} as f on r.delivery_id = f.delivery_id
    left join invitations_in_force as i on r.respondent_id = i.respondent_id
    left join participations as p on i.participant_id = p.participant_id and i.project_code = p.project_code

    union all

    select
        'survey_codebook' as lake_table,
        r.delivery_id,
        cast(null as varchar) as project_code,
        f.delivery_id is not null as is_in_force,
        true as is_matched,
        true as is_consented
    from {{ ref('stg_survey__codebook') }} as r
    left join {{ in_force('survey_codebook') }} as f on r.delivery_id = f.delivery_id

    union all

    select
        'results_indicators' as lake_table,
        r.delivery_id,
        r.project_code,
        f.delivery_id is not null as is_in_force,
        true as is_matched,
        true as is_consented
    from {{ ref('stg_results__indicators') }} as r
    left join {{ in_force('results_indicators') }} as f on r.delivery_id = f.delivery_id

    union all

    select
        'register_persons' as lake_table,
        r.delivery_id,
        cast(null as varchar) as project_code,
        r.newest_first = 1 as is_in_force,
        p.participant_id is not null as is_matched,
        coalesce(p.consents_register, false) as is_consented
    from {{ ref('int_register_rows_ranked') }} as r
    left join persons as p on r.participant_id = p.participant_id
),

fates as (
    select
        delivery_id,
        lake_table,
        project_code,
        case
            when not is_in_force then 'superseded'
            when not is_matched then 'unmatched'
            when not is_consented then 'withheld'
            else 'landed'
        end as row_fate
    from judged
)

select delivery_id, lake_table, project_code, row_fate, count(*) as row_count
from fates
group by delivery_id, lake_table, project_code, row_fate
