{#-
  Weeks, months and ages. What belongs here: every expression over dates that engines spell differently, one definition each.
  Running week 1 is ISO week 1991-W32 (Monday 1991-08-05); running month is year * 12 + month - 1.
-#}

{%- macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between')(from_date, to_date)) }}
{%- endmacro -%}
{%- macro duckdb__days_between(from_date, to_date) -%}
    ({{ to_date }} - {{ from_date }})
{%- endmacro -%}
{%- macro spark__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro -%}

{%- macro running_week(date_column) -%}
    (cast(floor({{ days_between("date '1991-08-05'", date_column) }} / 7e0) as integer) + 1)
{%- endmacro -%}

{%- macro monday_of_week(week) -%}
    {{ return(adapter.dispatch('monday_of_week')(week)) }}
{%- endmacro -%}
{%- macro duckdb__monday_of_week(week) -%}
    (date '1991-08-05' + cast(({{ week }} - 1) * 7 as integer))
{%- endmacro -%}
{%- macro spark__monday_of_week(week) -%}
    date_add(date '1991-08-05', cast(({{ week }} - 1) * 7 as integer))
{%- endmacro -%}

{#- ISO year and week as text, `2020-W53`. -#}
{%- macro week_label(week) -%}
    {{ return(adapter.dispatch('week_label')(week)) }}
{%- endmacro -%}
{%- macro duckdb__week_label(week) -%}
    strftime({{ monday_of_week(week) }}, '%G-W%V')
{%- endmacro -%}
{%- macro spark__week_label(week) -%}
    (extract(yearofweek from {{ monday_of_week(week) }}) || '-W' || lpad(cast(extract(week from {{ monday_of_week(week) }}) as string), 2, '0'))
{%- endmacro -%}

{%- macro running_month(date_column) -%}
    cast(extract(year from {{ date_column }}) * 12 + extract(month from {{ date_column }}) - 1 as integer)
{%- endmacro -%}

{#- The month that holds the week's Thursday: how the register's own keepers tie weeks to months. -#}
{%- macro month_of_week(week) -%}
    {{ running_month(add_days(monday_of_week(week), 3)) }}
{%- endmacro -%}

{#- The month that holds the week's Monday: for the comparison of definitions only. -#}
{%- macro month_of_monday(week) -%}
    {{ running_month(monday_of_week(week)) }}
{%- endmacro -%}

{%- macro first_of_month(date_column) -%}
    cast(date_trunc('month', {{ date_column }}) as date)
{%- endmacro -%}

{#- Calendar months later, clipped to the last day of a shorter month. -#}
{%- macro add_months(date_column, months) -%}
    {{ return(adapter.dispatch('add_months')(date_column, months)) }}
{%- endmacro -%}
{%- macro duckdb__add_months(date_column, months) -%}
    cast({{ date_column }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro -%}
{%- macro spark__add_months(date_column, months) -%}
    add_months({{ date_column }}, cast({{ months }} as integer))
{%- endmacro -%}

{%- macro add_days(date_column, days) -%}
    {{ return(adapter.dispatch('add_days')(date_column, days)) }}
{%- endmacro -%}
{%- macro duckdb__add_days(date_column, days) -%}
    ({{ date_column }} + cast({{ days }} as integer))
{%- endmacro -%}
{%- macro spark__add_days(date_column, days) -%}
    date_add({{ date_column }}, cast({{ days }} as integer))
{%- endmacro -%}

{#- Full years on a day: a birthday on the day itself counts. -#}
{%- macro age_in_years(birth_date, on_date) -%}
    cast(
        extract(year from {{ on_date }}) - extract(year from {{ birth_date }})
        - case
            when
                extract(month from {{ on_date }}) * 100 + extract(day from {{ on_date }})
                < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
                then 1
            else 0
        end as integer
    )
{%- endmacro -%}
