-- The rates of the data basis with their intervals. Distinct persons, not participations.
with basis as (
    select * from {{ ref('data_basis') }}
),

rates as (
    {%- for share in ['consent_coverage', 'register_coverage', 'survey_coverage', 'response_rate'] %}
        select project_code, '{{ share }}' as measure, {{ numerator_name(share) }} as n, {{ denominator_name(share) }} as denominator
        from basis
        union all
    {%- endfor %}
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
