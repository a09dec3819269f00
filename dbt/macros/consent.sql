{#- Whose consent stands, for the tests that prove that it is kept: judged on the declarations themselves, not by what the door made of them. -#}
{%- macro standing_by_declaration(scope) -%}
    (
        with declarations as (
            select c.participant_id, c.project_code, c.given_date, c.withdrawn_date, n.as_of
            from {{ ref('stg_consent__declarations') }} as c
            inner join {{ in_force('consent_declarations') }} as f on c.delivery_id = f.delivery_id
            cross join {{ ref('stg_ledger__night') }} as n
            where c.covers_{{ scope }}
        )

        select distinct g.participant_id, g.project_code
        from declarations as g
        where
            g.given_date <= g.as_of
            and not exists (
                select 1 from declarations as w
                where
                    w.participant_id = g.participant_id
                    and w.project_code = g.project_code
                    and w.withdrawn_date between g.given_date and w.as_of
            )
    )
{%- endmacro -%}
