{#- Whose consent stands, for the tests that prove that it is kept: judged on the declarations themselves, not by what the door made of them. -#}
{%- macro standing_by_declaration(scope) -%}
    (
        with dates as (
            select
                c.participant_id,
                c.project_code,
                max(case when c.given_date <= n.as_of then c.given_date end) as given_last,
                max(case when c.withdrawn_date <= n.as_of then c.withdrawn_date end) as withdrawn_last
            from {{ ref('stg_consent__declarations') }} as c
            inner join {{ in_force('consent_declarations') }} as f on c.delivery_id = f.delivery_id
            cross join {{ ref('stg_ledger__night') }} as n
            where c.covers_{{ scope }}
            group by c.participant_id, c.project_code
        )

        -- Nothing that was given on the day of a withdrawal, or before it, stands.
        select participant_id, project_code
        from dates
        where given_last is not null and (withdrawn_last is null or given_last > withdrawn_last)
    )
{%- endmacro -%}
