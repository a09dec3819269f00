{#- Written by `make measures` from models/_measures.yml: dbt shows its definitions to no unit test. -#}
{%- macro measure_definitions() -%}
    {{ return({
        "measures": {
            "participations": {
                "agg": "count",
                "expr": "enrolment_id"
            },
            "recruited": {
                "agg": "count_distinct",
                "expr": "participant_id"
            },
            "consenting": {
                "agg": "count_distinct",
                "expr": "case when consents_survey or consents_register then participant_id end"
            },
            "consenting_survey": {
                "agg": "count_distinct",
                "expr": "case when consents_survey then participant_id end"
            },
            "consenting_register": {
                "agg": "count_distinct",
                "expr": "case when consents_register then participant_id end"
            },
            "invited": {
                "agg": "count_distinct",
                "expr": "case when invited then participant_id end"
            },
            "answered": {
                "agg": "count_distinct",
                "expr": "case when answered then participant_id end"
            },
            "in_register": {
                "agg": "count_distinct",
                "expr": "case when in_register then participant_id end"
            },
            "planned": {
                "agg": "sum",
                "expr": "planned_participants"
            },
            "completed": {
                "agg": "count",
                "expr": "case when activity_status = 'completed' then activity_id end"
            },
            "cancelled": {
                "agg": "count",
                "expr": "case when activity_status = 'cancelled' then activity_id end"
            },
            "postponed": {
                "agg": "count",
                "expr": "case when activity_status = 'postponed' then activity_id end"
            },
            "completed_hours": {
                "agg": "sum",
                "expr": "case when activity_status = 'completed' then hours end"
            },
            "reached": {
                "agg": "count_distinct",
                "expr": "case when activity_status = 'completed' and period <> 'before' then enrolment_id end"
            },
            "participations_in_register": {
                "agg": "count",
                "expr": "enrolment_id"
            },
            "participations_in_percentages": {
                "agg": "count",
                "expr": "case when in_percentages then enrolment_id end"
            },
            "in_employment": {
                "agg": "count",
                "expr": "case when status = 'employment' then enrolment_id end"
            },
            "on_benefit_with_hours": {
                "agg": "count",
                "expr": "case when status = 'benefit_with_hours' then enrolment_id end"
            },
            "on_benefit_without_hours": {
                "agg": "count",
                "expr": "case when status = 'benefit_without_hours' then enrolment_id end"
            },
            "in_wage_subsidy": {
                "agg": "count",
                "expr": "case when status = 'wage_subsidy' then enrolment_id end"
            },
            "in_work_placement": {
                "agg": "count",
                "expr": "case when status = 'work_placement' then enrolment_id end"
            },
            "on_student_grant": {
                "agg": "count",
                "expr": "case when status = 'su' then enrolment_id end"
            },
            "in_self_support": {
                "agg": "count",
                "expr": "case when status = 'self_support' then enrolment_id end"
            },
            "in_another_industry": {
                "agg": "count",
                "expr": "case when industry_changed then enrolment_id end"
            },
            "answers_given": {
                "agg": "count",
                "expr": "case when in_denominator and answer_code is not null then respondent_id end"
            },
            "respondents_in_denominator": {
                "agg": "count",
                "expr": "case when in_denominator then respondent_id end"
            }
        },
        "shares": {
            "consent_coverage": {
                "numerator": "consenting",
                "denominator": "recruited",
                "population": "recruited persons"
            },
            "survey_consent_coverage": {
                "numerator": "consenting_survey",
                "denominator": "recruited",
                "population": "recruited persons"
            },
            "register_consent_coverage": {
                "numerator": "consenting_register",
                "denominator": "recruited",
                "population": "recruited persons"
            },
            "response_rate": {
                "numerator": "answered",
                "denominator": "invited",
                "population": "survey-consenting persons with an invitation"
            },
            "survey_coverage": {
                "numerator": "answered",
                "denominator": "recruited",
                "population": "recruited persons"
            },
            "register_coverage": {
                "numerator": "in_register",
                "denominator": "recruited",
                "population": "recruited persons"
            },
            "recruitment_attainment": {
                "numerator": "recruited",
                "denominator": "planned",
                "population": "planned participants"
            },
            "activity_reach": {
                "numerator": "reached",
                "denominator": "participations",
                "population": "participations"
            },
            "status_share": {
                "numerator": "participations_in_register",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "employment_share": {
                "numerator": "in_employment",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "benefit_with_hours_share": {
                "numerator": "on_benefit_with_hours",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "benefit_without_hours_share": {
                "numerator": "on_benefit_without_hours",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "wage_subsidy_share": {
                "numerator": "in_wage_subsidy",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "work_placement_share": {
                "numerator": "in_work_placement",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "student_grant_share": {
                "numerator": "on_student_grant",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "self_support_share": {
                "numerator": "in_self_support",
                "denominator": "participations_in_percentages",
                "population": "participations in the register, observed, with a known code and still in the population"
            },
            "industry_change": {
                "numerator": "in_another_industry",
                "denominator": "in_employment",
                "population": "participations in the register in employment at the horizon"
            },
            "answer_share": {
                "numerator": "answers_given",
                "denominator": "respondents_in_denominator",
                "population": "respondents with a complete answer, in the base of the question, who answered it"
            }
        }
    }) }}
{%- endmacro -%}
