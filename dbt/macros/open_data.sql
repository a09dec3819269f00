{#-
  What the open tables publish, once: which columns of a report table are counts of people, and where in the world of all
  published counts each of them stands. Equal coordinates are the same cell, in whatever table it is printed.

  A cell's coordinates are SQL texts: population, project, attribute (`sex=female`, or `all`), moment (months, weeks, a
  month, or `all`), status (or a group of statuses, or `all`), and the level at which it is protected: coarse first.
-#}

{%- macro cell(population, project="project_code", attribute="'all'", moment="'all'", status="'all'", level=0) -%}
    {{ return({'population': population, 'project': project, 'attribute': attribute, 'moment': moment, 'status': status, 'level': level}) }}
{%- endmacro -%}

{%- macro cell_id(at) -%}
    {{ at.population }} || '|' || {{ at.project }} || '|' || {{ at.attribute }} || '|' || {{ at.moment }} || '|' || {{ at.status }}
{%- endmacro -%}

{#- Who is in a population of participations as a whole: the populations that the flow names are the flow's cells. -#}
{%- macro members_of(group) -%}
    case {{ group }}
        when 'consenting_survey' then 'survey consenting'
        when 'answered' then 'survey answered'
        when 'consenting_register' then 'register consenting'
        when 'in_register' then 'register'
    end
{%- endmacro -%}

{#-
  Per report table: `counts` (column: cell), `derived` (column: the counts that it can be turned back into), whether the
  shares n, denominator, pct, pct_low, pct_high, small_n are among its columns, what is `withheld` altogether (weighted
  shares mix counts that no open table prints), and of whom the table is `open`: everybody, the programme only, or nobody.
  Projects would be mostly blank; their counts are cells all the same, since the programme's add up from them.
-#}
{%- macro open_tables() -%}
    {%- set horizon = "cast(horizon_months as string)" -%}
    {%- set background = "dimension || '=' || category" -%}
    {%- set flow_population -%}
        case
            when step = 'recruited' then 'recruited'
            when path = 'register' and step_order >= 3 and outcome = 'kept' then 'register'
            when path = 'register' and step_order >= 4 then 'register'
            when outcome = 'kept' then path || ' ' || step
            else path || ' ' || step || ' lost'
        end
    {%- endset -%}
    {%- set flow_moment -%} coalesce(cast(horizon_months as string), 'all') {%- endset -%}
    {%- set flow_status -%}
        case
            when path = 'register' and step_order >= 4 then coalesce(reason, step)
            else coalesce(reason, 'all')
        end
    {%- endset -%}
    {{ return({
        'data_basis': {
            'counts': {
                'recruited': cell("'persons'", status="'recruited'"),
                'consenting': cell("'persons'", status="'consenting'"),
                'consenting_survey': cell("'persons'", status="'survey consenting'"),
                'consenting_register': cell("'persons'", status="'register consenting'"),
                'invited': cell("'persons'", status="'survey invited'"),
                'answered': cell("'persons'", status="'survey answered'"),
                'in_register': cell("'persons'", status="'register in_register'"),
                'undeliverable': cell("'persons'", status="'undeliverable'"),
                'answered_in_part': cell("'persons'", status="'answered in part'"),
            },
            'derived': {
                'response_rate': ['answered', 'invited'],
                'register_coverage': ['in_register', 'recruited'],
                'consent_coverage': ['consenting', 'recruited'],
                'response_rate_with_partials': ['answered_in_part', 'invited'],
            },
        },
        'recruitment': {
            'counts': {'recruited': cell("'persons'", status="'recruited'")},
            'derived': {'attainment': ['recruited']},
        },
        'coverage': {
            'share': true,
            'counts': {
                'n': cell("'persons'", status="case measure when 'consent_coverage' then 'consenting' when 'register_coverage' then 'register in_register' when 'response_rate_with_partials' then 'answered in part' else 'survey answered' end"),
                'denominator': cell("'persons'", status="case when measure in ('response_rate', 'response_rate_with_partials') then 'survey invited' else 'recruited' end"),
            },
        },
        'participant_flow': {
            'counts': {
                'n': cell(flow_population, moment=flow_moment, status=flow_status),
                'persons': cell("'persons'", moment=flow_moment, status="case when step = 'recruited' then step else path || ' ' || step end || coalesce(' ' || reason, '')"),
            },
        },
        'survey_dispositions': {
            'share': true,
            'counts': {
                'n': cell("case when disposition = 'complete' then 'survey answered' else 'survey answered lost' end", status="case when disposition = 'complete' then 'all' else disposition end"),
                'denominator': cell("'survey invited'"),
            },
        },
        'participant_profile': {
            'share': true,
            'counts': {'n': cell("'register'", attribute=background, level=1), 'denominator': cell("'register'")},
        },
        'status_by_horizon': {
            'share': true,
            'counts': {
                'n': cell("'register'", moment=horizon, status='status', level=1),
                'denominator': cell("'register'", moment=horizon, status="'in_percentages'"),
            },
        },
        'status_by_background': {
            'share': true,
            'counts': {
                'n': cell("'register'", "'ALL'", background, horizon, 'status', 2),
                'denominator': cell("'register'", "'ALL'", background, horizon, "'in_percentages'", 2),
            },
        },
        'status_by_background_project': {
            'open': 'nobody',
            'share': true,
            'counts': {
                'n': cell("'register'", attribute=background, moment=horizon, status='status', level=3),
                'denominator': cell("'register'", attribute=background, moment=horizon, status="'in_percentages'", level=3),
            },
        },
        'status_reweighted': {
            'open': 'programme',
            'share': true,
            'counts': {
                'n': cell("'register'", moment=horizon, status='status', level=1),
                'denominator': cell("'register'", moment=horizon, status="'in_percentages'"),
                'represented': cell("'recruited'", moment=horizon, status="'represented'", level=1),
                'unrepresented': cell("'recruited'", moment=horizon, status="'unrepresented'", level=1),
            },
            'withheld': ['weighted_pct', 'weighted_low', 'weighted_high', 'effective_n'],
        },
        'industry_change': {
            'share': true,
            'counts': {
                'n': cell("'register'", moment=horizon, status="'employment, industry changed'", level=2),
                'denominator': cell("'register'", moment=horizon, status="'employment'", level=1),
                'unknown': cell("'register'", moment=horizon, status="'employment, industry unknown'", level=2),
            },
        },
        'project_results': {
            'counts': {
                'register_n': cell("'register'", moment="'12'", status="'employment'", level=1),
                'register_denominator': cell("'register'", moment="'12'", status="'in_percentages'"),
            },
            'derived': {
                'register_pct': ['register_n', 'register_denominator'],
                'register_pct_low': ['register_n', 'register_denominator'],
                'register_pct_high': ['register_n', 'register_denominator'],
                'register_small_n': ['register_denominator'],
            },
        },
        'source_agreement': {
            'share': true,
            'counts': {
                'n': cell("'register'", attribute="'job status=' || job_status", moment=horizon, status='status', level=3),
                'denominator': cell("'register'", attribute="'job status=' || job_status", moment=horizon, status="'in_percentages'", level=3),
            },
        },
        'status_transitions': {
            'open': 'programme',
            'share': true,
            'counts': {
                'n': cell("'register'", attribute="'status at ' || cast(from_horizon as string) || '=' || from_status", moment="cast(to_horizon as string)", status='to_status', level=3),
                'denominator': cell("'register'", attribute="'status at ' || cast(from_horizon as string) || '=' || from_status", moment="cast(to_horizon as string)", status="'in_percentages'", level=3),
            },
        },
        'definition_sensitivity': {
            'open': 'programme',
            'share': true,
            'counts': {
                'n': cell("case when variant = 'as_defined' then 'register' else 'register, ' || variant end", moment=horizon, status="'employment'", level=2),
                'denominator': cell("case when variant = 'as_defined' then 'register' else 'register, ' || variant end", moment=horizon, status="'in_percentages'", level=2),
            },
            'derived': {'difference': ['n', 'denominator']},
        },
        'representativeness': {
            'open': 'programme',
            'share': true,
            'counts': {
                'n': cell(members_of('population_group'), "case when characteristic = 'project' then category else project_code end", "case when characteristic = 'project' then 'all' else characteristic || '=' || category end", level=2),
                'denominator': cell(members_of('population_group')),
                'recruited_n': cell("'recruited'", "case when characteristic = 'project' then category else project_code end", "case when characteristic = 'project' then 'all' else characteristic || '=' || category end", level=2),
                'recruited_denominator': cell("'recruited'"),
            },
            'derived': {
                'recruited_pct': ['recruited_n', 'recruited_denominator'],
                'standardised_difference': ['n', 'denominator', 'recruited_n', 'recruited_denominator'],
            },
        },
        'survey_distribution': {
            'share': true,
            'counts': {
                'n': cell("'answers'", attribute='variable', status="'code ' || cast(answer_code as string)", level=2),
                'denominator': cell("'answers'", attribute='variable', status="'answered'", level=1),
                'in_base': cell("'answers'", attribute='variable', status="'in base'", level=1),
            },
        },
        'activity_reach': {
            'share': true,
            'counts': {
                'n': cell("'recruited'", attribute="coalesce(core_element || ': ' || activity_name, core_element)", moment='period', status="'reached'", level=2),
                'denominator': cell("'recruited'"),
            },
        },
        'activity_timeline': {
            'counts': {
                'completed': cell("'activities'", attribute='core_element', moment="cast(month as string)", status="'completed'", level=3),
                'cancelled': cell("'activities'", attribute='core_element', moment="cast(month as string)", status="'cancelled'", level=3),
                'postponed': cell("'activities'", attribute='core_element', moment="cast(month as string)", status="'postponed'", level=3),
            },
        },
        'time_to_job': {
            'open': 'programme',
            'counts': {
                'at_risk': cell("'first job'", moment="cast(week as string)", status="'at risk'", level=3),
                'events': cell("'first job'", moment="cast(week as string)", status="'events'", level=3),
                'censored': cell("'first job'", moment="cast(week as string)", status="'censored'", level=3),
            },
            'derived': {'small_n': ['at_risk']},
            'cumulated': {'columns': ['pct', 'pct_low', 'pct_high'], 'counts': ['at_risk', 'events'], 'over': 'project_code', 'order': 'week'},
        },
        'status_weeks': {
            'open': 'programme',
            'share': true,
            'contributors': {'n': 'participations', 'denominator': 'ceil(denominator / 52e0)'},
            'counts': {
                'n': cell("'weeks'", status='status', level=2),
                'denominator': cell("'weeks'", status="'in_percentages'", level=2),
                'participations': cell("'participations with weeks'", status='status', level=2),
            },
            'derived': {
                'pct_low': ['n', 'denominator', 'participations'],
                'pct_high': ['n', 'denominator', 'participations'],
            },
        },
    }) }}
{%- endmacro -%}

{#- Rows of the steps of the flow: population before and after, and the words for its persons before and after. -#}
{%- macro flow_steps() -%}
    {{ return([
        ('recruited', 'survey consenting', 'recruited', 'survey consenting'),
        ('survey consenting', 'survey invited', 'survey consenting', 'survey invited'),
        ('survey invited', 'survey answered', 'survey invited', 'survey answered'),
        ('recruited', 'register consenting', 'recruited', 'register consenting'),
        ('register consenting', 'register', 'register consenting', 'register in_register'),
    ]) }}
{%- endmacro -%}

{#-
  Rows of sums of one project in which a count weighs other than once: name, rest, whether there is one per horizon,
  population, moment (`horizon` stands for each), status, weight.
  `many` is more than there are people: where somebody is in the one count, somebody is in the other.
-#}
{%- macro weighted_sums(many) -%}
    {%- set sums = [
        ('somebody recruited', 'free', [('recruited', 'all', 'all', 1), ('persons', 'all', 'recruited', -many)]),
        ('flex jobs counted in or out', 'none', [
            ('register, flex_jobs_in', 'horizon', 'employment', -1), ('register, flex_jobs_out', 'horizon', 'employment', 1),
            ('register', 'horizon', 'in_percentages', 1), ('register, flex_jobs_out', 'horizon', 'in_percentages', -1),
        ]),
        ('flex jobs are benefits', 'free', [
            ('register', 'horizon', 'in_percentages', 1), ('register, flex_jobs_out', 'horizon', 'in_percentages', -1),
            ('register', 'horizon', 'benefit_with_hours', -1), ('register', 'horizon', 'benefit_without_hours', -1),
        ]),
        ('represented by somebody', 'free', [
            ('recruited', 'horizon', 'represented', 1), ('register', 'horizon', 'in_percentages', -many),
        ]),
        ('somebody represents', 'free', [
            ('register', 'horizon', 'in_percentages', 1), ('recruited', 'horizon', 'represented', -many),
        ]),
    ] %}
    {%- set before_and_after = [
        (('register', 'all', 'all', 'register in_register'), ('register', 'horizon', 'observed', 'register observed')),
        (
            ('register', 'horizon', 'observed', 'register observed'),
            ('register', 'horizon', 'in_percentages', 'register in_percentages'),
        ),
    ] %}
    {%- for before, after, persons_before, persons_after in flow_steps() %}
        {%- do before_and_after.append(((before, 'all', 'all', persons_before), (after, 'all', 'all', persons_after))) %}
    {%- endfor %}
    {%- for (before, then, of, crowd), (after, now, part, people) in before_and_after %}
        {%- do sums.append(('further participations ' ~ people, 'free', [
            (after, now, part, 1), ('persons', now, people, -1), (before, then, of, -1), ('persons', then, crowd, 1),
        ])) %}
        {%- do sums.append(('somebody ' ~ people, 'free', [(after, now, part, 1), ('persons', now, people, -many)])) %}
    {%- endfor %}
    {%- set rows = [] %}
    {%- for name, rest, terms in sums %}
        {%- set moments = terms | map(attribute=1) | list %}
        {%- for term in terms %}
            {%- do rows.append((name, rest, 'horizon' in moments) + term) %}
        {%- endfor %}
    {%- endfor %}
    {{ return(rows) }}
{%- endmacro -%}

{#- Every count of every table with its coordinates, one row per place where it is printed. -#}
{%- macro open_counts() -%}
    {%- for name, table in open_tables().items() %}
    {%- set last_table = loop.last %}
    {%- for column, at in table.counts.items() %}
    select
        {{ cell_id(at) }} as cell_id,
        {{ at.population }} as population,
        {{ at.project }} as project_code,
        {{ at.attribute }} as attribute,
        {{ at.moment }} as moment,
        {{ at.status }} as status,
        {{ at.level }} as level,
        cast({{ column }} as bigint) as cell_value,
        cast({{ table.get('contributors', {}).get(column, column) }} as bigint) as contributors,
        {{ {'everybody': 'true', 'programme': at.project ~ " = 'ALL'", 'nobody': 'false'}[table.get('open', 'everybody')] }} as printed
    from {{ ref(name) }}
    where {{ column }} is not null
    {{ 'union all' if not (last_table and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro -%}

{#- The table without what could give single persons away; columns in the order of the report table. -#}
{%- macro open_table(name) -%}
    {%- set table = open_tables()[name] -%}
    {%- set derived = {} -%}
    {%- if table.get('share') -%}
        {%- do derived.update({
            'pct': ['n', 'denominator'], 'pct_low': ['n', 'denominator'], 'pct_high': ['n', 'denominator'], 'small_n': ['denominator'],
        }) -%}
    {%- endif -%}
    {%- do derived.update(table.get('derived', {})) -%}
    {%- set cumulated = table.get('cumulated', {'columns': []}) -%}
    {%- set withheld = table.get('withheld', []) -%}
    {%- set masked = (table.counts | list) + (derived | list) + cumulated.columns + withheld -%}
with hidden as (
    select cell_id
    from {{ ref('int_open_cell_flags') }}
    where suppressed
),

judged as (
    select
        *,
        {%- for column, at in table.counts.items() %}
        ({{ cell_id(at) }}) in (select h.cell_id from hidden as h) as hides_{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(name) }}
    {%- if table.get('open') == 'programme' %}
    where project_code = 'ALL'
    {%- endif %}
),

opened as (
    select
        *
        {%- for column in table.counts %},
        case when not hides_{{ column }} then {{ column }} end as open_{{ column }}
        {%- endfor %}
        {%- for column, counts in derived.items() %},
        case when not (hides_{{ counts | join(' or hides_') }}) then {{ column }} end as open_{{ column }}
        {%- endfor %}
        {%- for column in withheld %},
        cast(null as double) as open_{{ column }}
        {%- endfor %}
        {%- for column in cumulated.columns %},
        case
            when not bool_or(hides_{{ cumulated.counts | join(' or hides_') }})
                over (partition by {{ cumulated.over }} order by {{ cumulated.order }})
                then {{ column }}
        end as open_{{ column }}
        {%- endfor %}
    from judged
)

select
    {%- for column in adapter.get_columns_in_relation(ref(name)) | map(attribute='name') %}
    {{ 'open_' ~ column ~ ' as ' if column in masked }}{{ column }},
    {%- endfor %}
    {% for column in masked %}({{ column }} is not null and open_{{ column }} is null){{ ' or ' if not loop.last }}{% endfor %} as suppressed
from opened
{%- endmacro -%}
