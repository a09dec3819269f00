{#-
  The lake as relations: a view per source table in the schema `lake`, over the files named in the source's `meta.files`.
  Relations, so that columns can be looked up and followed from the files to the marts. Run before every build.
-#}
{%- macro open_lake() -%}
    {%- if execute -%}
        {%- do run_query('create schema if not exists lake') -%}
        {%- for table in graph.sources.values() -%}
            {%- do run_query(lake_view(table.relation_name, table.config.meta.files.replace('{table}', table.name))) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}

{%- macro lake_view(name, files) -%}
    {{ return(adapter.dispatch('lake_view')(name, files)) }}
{%- endmacro -%}
{%- macro duckdb__lake_view(name, files) -%}
    create or replace view {{ name }} as
    from read_parquet('{{ files }}', union_by_name = true)
{%- endmacro -%}
{%- macro spark__lake_view(name, files) -%}
    create or replace view {{ name }} as
    select * from parquet.`{{ env_var('NEDSLAG_SPARK_LAKE') }}/{{ files }}`
{%- endmacro -%}
