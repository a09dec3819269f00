-- The rates of the data basis with their intervals. Distinct persons, not participations.
with basis as (
    select * from {{ ref('data_basis') }}
),

rates as (
    select project_code, 'consent_coverage' as measure, consenting as n, recruited as denominator
    from basis
    union all
    select project_code, 'register_coverage', in_register, recruited
    from basis
    union all
    select project_code, 'survey_coverage', answered, recruited
    from basis
    union all
    select project_code, 'response_rate', answered, invited
    from basis
    union all
    select project_code, 'response_rate_with_partials', answered_in_part, invited
    from basis
)

select
    project_code,
    measure,
    {{ share_columns(
        'n', 'denominator', 'persons; of the recruited, or for response rates of the survey-consenting with an invitation'
    ) }}
from rates
