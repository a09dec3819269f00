{#-
  How a share is written. What belongs here: percentages and their intervals, so that numerator, denominator, share and population
  always stand together. A share of nothing (denominator 0 or null) is null.
-#}

{%- macro percentage(n, denominator) -%}
    cast(100e0 * {{ n }} / nullif({{ denominator }}, 0) as double)
{%- endmacro -%}

{#- Wilson's score interval, 95 %: z = 1.959964. `sign` is - for the lower and + for the upper end. -#}
{%- macro wilson(n, denominator, sign) -%}
    {%- set z = '1.959964e0' -%}
    {%- set d = 'cast(nullif(' ~ denominator ~ ', 0) as double)' -%}
    {%- set p = '(' ~ n ~ ' / ' ~ d ~ ')' -%}
    least(100e0, greatest(0e0, 100e0 * (
        {{ p }} + {{ z }} * {{ z }} / (2 * {{ d }})
        {{ sign }} {{ z }} * sqrt(greatest({{ p }} * (1 - {{ p }}), 0e0) / {{ d }} + {{ z }} * {{ z }} / (4 * {{ d }} * {{ d }}))
    ) / (1 + {{ z }} * {{ z }} / {{ d }})))
{%- endmacro -%}

{#- A share of few; null where there is no share. -#}
{%- macro small_n(denominator) -%}
    {{ denominator }} < {{ var('small_n_below') }}
{%- endmacro -%}

{#- The columns every share of the report has; `population` says in words who the denominator is. -#}
{%- macro share_columns(n, denominator, population) -%}
    cast({{ n }} as bigint) as n,
    cast({{ denominator }} as bigint) as denominator,
    {{ percentage(n, denominator) }} as pct,
    case when {{ denominator }} > 0 then {{ wilson(n, denominator, '-') }} end as pct_low,
    case when {{ denominator }} > 0 then {{ wilson(n, denominator, '+') }} end as pct_high,
    cast('{{ population }}' as string) as population,
    {{ small_n(denominator) }} as small_n
{%- endmacro -%}
