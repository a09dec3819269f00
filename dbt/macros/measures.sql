{#-
  The measures of models/_measures.yml as SQL. What belongs here: finding a definition by its name and writing it as an aggregate;
  what a measure is stands there and nowhere else (docs/adr/0009).
-#}

{#- A measure as an aggregate over the rows of its table. -#}
{%- macro measure(name) -%}
    {%- set definition = _defined('measures', name) -%}
    {{ {'count': 'count(', 'count_distinct': 'count(distinct ', 'sum': 'sum('}[definition.agg] }}{{ definition.expr }})
{%- endmacro -%}

{%- macro numerator(share) -%}
    {{ measure(numerator_name(share)) }}
{%- endmacro -%}

{%- macro denominator(share) -%}
    {{ measure(denominator_name(share)) }}
{%- endmacro -%}

{#- Names of a share's measures, for models that have them as columns already. -#}
{%- macro numerator_name(share) -%}
    {{ return(_defined('shares', share).numerator) }}
{%- endmacro -%}

{%- macro denominator_name(share) -%}
    {{ return(_defined('shares', share).denominator) }}
{%- endmacro -%}

{#- The share in percent where its measures are columns under their own names. -#}
{%- macro percentage_of(share) -%}
    {{ percentage(numerator_name(share), denominator_name(share)) }}
{%- endmacro -%}

{#- In words who the denominator is. -#}
{%- macro population(share) -%}
    {{ return(_defined('shares', share).population) }}
{%- endmacro -%}

{%- macro _defined(kind, name) -%}
    {%- set definition = measure_definitions()[kind].get(name) -%}
    {%- if not definition -%}
        {{ exceptions.raise_compiler_error("models/_measures.yml defines no '" ~ name ~ "' among its " ~ kind ~ ".") }}
    {%- endif -%}
    {{ return(definition) }}
{%- endmacro -%}

{#- Stops the run when the definitions were edited and the macro that carries them to the models was not written anew. -#}
{%- macro check_measures() -%}
    {%- if execute -%}
        {%- set found = {'measures': {}, 'shares': {}} -%}
        {%- for model in graph.semantic_models.values() -%}
            {%- for measure in model.measures -%}
                {%- do found.measures.update({measure.name: {'agg': measure.agg, 'expr': measure.expr}}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for metric in graph.metrics.values() if metric.type == 'ratio' -%}
            {%- do found.shares.update({metric.name: {
                'numerator': metric.type_params.numerator.name,
                'denominator': metric.type_params.denominator.name,
                'population': metric.config.meta.population,
            }}) -%}
        {%- endfor -%}
        {%- if found != measure_definitions() -%}
            {{ exceptions.raise_compiler_error("models/_measures.yml has changed since macros/measure_definitions.sql was written: run `make measures`.") }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}
