{#- Text, numbers and keys. What belongs here: functions that engines spell differently, one definition each. -#}

{#- A stable key: md5 over the parts joined by `|`, dates as ISO text, a missing part as nothing. -#}
{%- macro hashed_key(parts) -%}
    md5(
        {%- for part in parts %}
        coalesce(cast({{ part }} as string), ''){{ " || '|' || " if not loop.last }}
        {%- endfor %}
    )
{%- endmacro -%}

{#- An answer's text as a code: `3`, `3.0` and `3,0` are 3; blanks and words are null. -#}
{%- macro text_to_code(text) -%}
    {{ return(adapter.dispatch('text_to_code')(text)) }}
{%- endmacro -%}
{%- macro duckdb__text_to_code(text) -%}
    try_cast(try_cast(replace({{ text }}, ',', '.') as double) as integer)
{%- endmacro -%}
{%- macro spark__text_to_code(text) -%}
    try_cast(bround(try_cast(replace({{ text }}, ',', '.') as double)) as integer)
{%- endmacro -%}

{#- Routing conditions read `<variable> in <code>[,<code>...]`. -#}
{%- macro condition_variable(condition) -%}
    {{ return(adapter.dispatch('condition_variable')(condition)) }}
{%- endmacro -%}
{%- macro duckdb__condition_variable(condition) -%}
    lower(regexp_extract({{ condition }}, '^\s*(.*?)\s+[iI][nN]\s+[-+0-9,\s]+$', 1))
{%- endmacro -%}
{%- macro spark__condition_variable(condition) -%}
    lower(regexp_extract({{ condition }}, r'^\s*(.*?)\s+[iI][nN]\s+[-+0-9,\s]+$', 1))
{%- endmacro -%}

{#- The codes of a condition between commas, `,1,2,3,`: a code is among them when `,code,` is found. -#}
{%- macro condition_codes(condition) -%}
    {{ return(adapter.dispatch('condition_codes')(condition)) }}
{%- endmacro -%}
{%- macro duckdb__condition_codes(condition) -%}
    (',' || regexp_replace(regexp_extract({{ condition }}, '\s+[iI][nN]\s+([-+0-9,\s]+)$', 1), '\s', '', 'g') || ',')
{%- endmacro -%}
{%- macro spark__condition_codes(condition) -%}
    (',' || regexp_replace(regexp_extract({{ condition }}, r'\s+[iI][nN]\s+([-+0-9,\s]+)$', 1), r'\s', '') || ',')
{%- endmacro -%}

{#- The texts of a group in order, with a sign between them. -#}
{%- macro joined_text(text, sign) -%}
    {{ return(adapter.dispatch('joined_text')(text, sign)) }}
{%- endmacro -%}
{%- macro duckdb__joined_text(text, sign) -%}
    string_agg({{ text }}, '{{ sign }}' order by {{ text }})
{%- endmacro -%}
{%- macro spark__joined_text(text, sign) -%}
    array_join(array_sort(collect_list({{ text }})), '{{ sign }}')
{%- endmacro -%}

{#- Whole numbers from first to last, both included, in a column `number`. -#}
{%- macro whole_numbers(first, last) -%}
    {{ return(adapter.dispatch('whole_numbers')(first, last)) }}
{%- endmacro -%}
{%- macro duckdb__whole_numbers(first, last) -%}
    (select cast(unnest(range({{ first }}, {{ last }} + 1)) as integer) as number)
{%- endmacro -%}
{%- macro spark__whole_numbers(first, last) -%}
    (select explode(sequence({{ first }}, {{ last }})) as number)
{%- endmacro -%}

{#- Rounded half up at display precision, for comparison with printed figures only. -#}
{%- macro round_half_up(value, decimals) -%}
    (floor(({{ value }}) * power(10, {{ decimals }}) + 0.5e0) / power(10, {{ decimals }}))
{%- endmacro -%}

{%- macro median_of(expression) -%}
    median({{ expression }})
{%- endmacro -%}
