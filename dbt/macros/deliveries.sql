{#- A lake table's rows of deliveries that were read: the only rows a model may see. -#}
{%- macro from_read_deliveries(source_name, table_name) -%}
    {{ source(source_name, table_name) }}
    where delivery_id in (select read_deliveries.delivery_id from {{ ref('stg_ledger__deliveries') }} as read_deliveries where read_deliveries.verdict = 'read')
{%- endmacro -%}

{#- The deliveries in force of one lake table; monitoring's are in force project by project. -#}
{%- macro in_force(lake_table) -%}
    (select f.delivery_id, f.project_code from {{ ref('stg_ledger__in_force') }} as f where f.lake_table = '{{ lake_table }}')
{%- endmacro -%}

{#-
  The order in which a dated event picks one of a person's participations in a project: the latest start on or before
  the event, else the first start. The first in this order is the one.
-#}
{%- macro participation_order(start_date, event_date) -%}
    case when {{ start_date }} <= {{ event_date }} then 0 else 1 end,
    case when {{ start_date }} <= {{ event_date }} then {{ start_date }} end desc,
    {{ start_date }}
{%- endmacro -%}
