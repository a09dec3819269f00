{#-
  How tables are written. What belongs here: what an adapter does otherwise than this project asks, one override each; dbt
  finds them by their names.
-#}

{#- Without it a contract's `not_null` is a promise that nobody keeps: Parquet tables know no constraints. -#}
{%- macro spark__persist_constraints(relation, model) -%}
    {%- set required = [] -%}
    {%- for column in model.columns.values() if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do required.append(column.name) -%}
    {%- endfor -%}
    {%- if config.get('contract').enforced and required -%}
        {%- set missing = run_query('select count(*) from ' ~ relation ~ ' where ' ~ required | join(' is null or ') ~ ' is null') -%}
        {%- if missing.columns[0].values()[0] -%}
            {{ exceptions.raise_compiler_error(relation ~ ': NOT NULL constraint failed, ' ~ missing.columns[0].values()[0] ~ ' rows without ' ~ required | join(', ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}

{#- The adapter puts a seed's text between quotation marks as it is. -#}
{%- macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- for chunk in agate_table.rows | batch(1000) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set cells = [] -%}
            {%- for value in row -%}
                {%- set name = agate_table.column_names[loop.index0] -%}
                {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
                {%- if value is none -%}
                    {%- do cells.append('cast(null as ' ~ type ~ ')') -%}
                {%- else -%}
                    {%- set text = (value | string).replace('\\', '\\\\').replace("'", "\\'") -%}
                    {%- do cells.append("cast('" ~ text ~ "' as " ~ type ~ ")") -%}
                {%- endif -%}
            {%- endfor -%}
            {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- do run_query('insert into ' ~ this ~ ' values ' ~ rows | join(', ')) -%}
    {%- endfor -%}
{%- endmacro -%}
