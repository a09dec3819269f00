{#-
  The status rule. What belongs here: the first rule that fits, once, for horizons and single weeks alike.
-#}

{%- macro status_of(observed, benefit_code, status_class, has_wage_income) -%}
    case
        when not {{ observed }} then null
        when {{ status_class }} = 'left_population' then 'left_population'
        when {{ benefit_code }} is not null and {{ status_class }} is null then 'unknown_code'
        when {{ status_class }} in ('su', 'work_placement', 'wage_subsidy') then {{ status_class }}
        when {{ status_class }} = 'benefit' and {{ has_wage_income }} then 'benefit_with_hours'
        when {{ status_class }} = 'benefit' then 'benefit_without_hours'
        when {{ has_wage_income }} then 'employment'
        else 'self_support'
    end
{%- endmacro -%}
