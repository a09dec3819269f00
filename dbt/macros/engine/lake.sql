{#-
  The lake as relations: a view per source table in the schema `lake`, over the files named in the source's `meta.files`.
  Relations, so that columns can be looked up and followed from the files to the marts. Run before every build.
-#}
{%- macro open_lake() -%}
    {%- if execute -%}
        create schema if not exists {{ target.database }}.lake;
        {%- for table in graph.sources.values() %}
        create or replace view {{ table.relation_name }} as
        from read_parquet('{{ table.config.meta.files.replace("{table}", table.name) }}', union_by_name = true);
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
